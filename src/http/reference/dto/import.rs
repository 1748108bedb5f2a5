//! Imports.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::OwnerOut;
use super::area::TopologyOut;
use crate::domain::ticket::DistrictName;
use crate::services::reference::import::{CalendarDiff, ImportSummary, RedrawnTicket};

/// What a file does not say of itself.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// `wgs84`, `gcj02` or `bd09`: needed for areas, which state none themselves, and refused for the rest.
    pub datum: Option<String>,
    /// Say what the import would do, and keep nothing of it.
    #[serde(default)]
    pub dry_run: bool,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportOut {
    /// What the file brought.
    #[schema(example = "units")]
    kind: &'static str,
    /// Nothing of it was kept.
    dry_run: bool,
    /// Rows or features in the file; one for a calendar.
    rows: usize,
    /// Of these, new.
    inserted: usize,
    /// Of these, known and changed; the rest was there already.
    updated: usize,
    /// After areas: gaps and overlaps of the districts then in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    topology: Option<TopologyOut>,
    /// After areas: open tickets that the rules would treat otherwise. They stay with their units.
    #[serde(skip_serializing_if = "Option::is_none")]
    redrawn: Option<RedrawnOut>,
    /// After a calendar: what it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<CalendarDiffOut>,
}

/// Open tickets that lie in another district now, or would go to another unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedrawnOut {
    /// How many.
    total: usize,
    /// How many by the unit that the rules found before and the one that they find now.
    by_unit: Vec<RedrawnCountOut>,
    /// All of them.
    tickets: Vec<RedrawnTicketOut>,
}

/// How many tickets would go from one unit to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedrawnCountOut {
    /// Code of the unit before; null for none.
    from: Option<String>,
    /// Code of the unit now; the same when only the district is another.
    to: Option<String>,
    /// Tickets.
    tickets: usize,
}

/// An open ticket that the rules would treat otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedrawnTicketOut {
    /// Id.
    ticket: Uuid,
    /// 台账编号.
    number: Option<String>,
    /// State.
    state: &'static str,
    /// Name of the unit that has it, and keeps it.
    lead: Option<String>,
    /// The unit that the rules found before.
    unit_was: Option<OwnerOut>,
    /// The unit that they find now.
    unit_is: Option<OwnerOut>,
    /// Code of the district that it lay in.
    district_was: Option<String>,
    /// Code of the district that it lies in now.
    district_is: Option<String>,
}

/// What a calendar changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarDiffOut {
    /// Last date that the calendar before covers.
    #[schema(value_type = Option<String>, format = Date)]
    known_until_was: Option<Date>,
    /// Last date that this one covers.
    #[schema(value_type = String, format = Date)]
    known_until: Date,
    /// Days that are worked now and were not, or the other way round.
    days: Vec<DayChangeOut>,
    /// Working hours are others.
    shifts_changed: bool,
    /// Provisional deadlines that move or become firm.
    provisional_deadlines: usize,
    /// Firm deadlines, still to come, that move.
    firm_deadlines: usize,
    /// Some of these deadlines.
    examples: Vec<DeadlineMovedOut>,
}

/// A day that changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayChangeOut {
    /// The day.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// Whether it is worked now.
    worked: bool,
}

/// A deadline that moves.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadlineMovedOut {
    /// The ticket.
    ticket: Uuid,
    /// 台账编号.
    number: Option<String>,
    /// The deadline before.
    due_was: Timestamp,
    /// The deadline under this calendar.
    due_is: Timestamp,
    /// It lies beyond this calendar too.
    provisional: bool,
}

impl From<ImportSummary> for ImportOut {
    fn from(summary: ImportSummary) -> Self {
        Self {
            kind: summary.kind.as_str(),
            dry_run: summary.dry_run,
            rows: summary.counts.rows,
            inserted: summary.counts.inserted,
            updated: summary.counts.updated,
            topology: summary.topology.map(TopologyOut::from),
            redrawn: summary.redrawn.map(RedrawnOut::from),
            calendar: summary.calendar.map(CalendarDiffOut::from),
        }
    }
}

impl From<Vec<RedrawnTicket>> for RedrawnOut {
    fn from(tickets: Vec<RedrawnTicket>) -> Self {
        let mut by_unit: BTreeMap<(Option<String>, Option<String>), usize> = BTreeMap::new();
        for ticket in &tickets {
            let code = |unit: &Option<_>| unit.as_ref().map(unit_code);
            let pair = (code(&ticket.unit_was), code(&ticket.unit_is));
            *by_unit.entry(pair).or_default() += 1;
        }
        Self {
            total: tickets.len(),
            by_unit: by_unit
                .into_iter()
                .map(|((from, to), tickets)| RedrawnCountOut { from, to, tickets })
                .collect(),
            tickets: tickets.into_iter().map(RedrawnTicketOut::from).collect(),
        }
    }
}

fn unit_code(unit: &crate::domain::ticket::routing::UnitRef) -> String {
    unit.code.clone()
}

impl From<RedrawnTicket> for RedrawnTicketOut {
    fn from(ticket: RedrawnTicket) -> Self {
        let code = |district: Option<DistrictName>| district.map(|district| district.code);
        Self {
            ticket: ticket.ticket_id,
            number: ticket.number,
            state: ticket.state.as_str(),
            lead: ticket.lead.map(|lead| lead.name),
            unit_was: ticket.unit_was.map(OwnerOut::from),
            unit_is: ticket.unit_is.map(OwnerOut::from),
            district_was: code(ticket.district_was),
            district_is: code(ticket.district_is),
        }
    }
}

impl From<CalendarDiff> for CalendarDiffOut {
    fn from(diff: CalendarDiff) -> Self {
        let days = diff.days.into_iter().map(|change| DayChangeOut {
            day: change.day,
            worked: change.worked,
        });
        let examples = diff.deadlines.examples.into_iter();
        let examples = examples.map(|moved| DeadlineMovedOut {
            ticket: moved.ticket_id,
            number: moved.number,
            due_was: moved.was.at,
            due_is: moved.is.at,
            provisional: moved.is.provisional,
        });
        Self {
            known_until_was: diff.known_until_was,
            known_until: diff.known_until,
            days: days.collect(),
            shifts_changed: diff.shifts_changed,
            provisional_deadlines: diff.deadlines.provisional,
            firm_deadlines: diff.deadlines.firm,
            examples: examples.collect(),
        }
    }
}
