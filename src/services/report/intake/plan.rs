//! What becomes of a finding, decided in memory: nothing here touches the database.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::observe;
use crate::db::ids::side_by_side;
use crate::db::ticket::assignment::Parties;
use crate::domain::account::Actor;
use crate::domain::catalogue::FilingCondition;
use crate::domain::check_point::CheckPoint;
use crate::domain::criterion::Observation;
use crate::domain::geo::Point;
use crate::domain::report::{NewFinding, NewReport, Place, Source};
use crate::domain::round::RoundStanding;
use crate::domain::text::Text;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::routing::UnitRef;
use crate::domain::ticket::trail::Event;
use crate::domain::ticket::triage::{TriageReason, doubts};
use crate::services::error::{Error, FieldError, Result};
use crate::services::reference::cache::{Entry, Reference};
use crate::services::ticket::{filing, routing, stage, trail};

/// A unit that reports what it found with itself, and those below it.
pub(in crate::services::report) struct OwnUnit {
    pub unit: UnitRef,
    pub subtree: Vec<Uuid>,
}

/// A report with the place that it is of.
pub(in crate::services::report) struct Stop<'a> {
    pub report: &'a NewReport,
    /// The position that the report itself gives: none when its fix counts as missing.
    pub own_position: Option<Point>,
    /// What it says of criteria, judged.
    pub observed: Vec<Observation>,
    /// Who found it.
    pub source: Source,
    own_unit: Option<&'a OwnUnit>,
    check_point: Option<&'a CheckPoint>,
    place: Place,
    round: Option<RoundStanding>,
}

impl<'a> Stop<'a> {
    /// # Errors
    /// `invalid` for an unknown check point, a round that its sender does not know of, or an observation that cannot be.
    pub fn read(
        reference: &'a Reference,
        rounds: &HashMap<Uuid, RoundStanding>,
        (source, own_unit): (Source, Option<&'a OwnUnit>),
        report: &'a NewReport,
    ) -> Result<Self> {
        let round = report.round_id.map(|id| {
            rounds.get(&id).copied().ok_or_else(|| {
                Error::invalid_field(
                    "/data/round",
                    "round_unknown",
                    Text::new("没有这个督查批次", "there is no such round"),
                )
            })
        });
        let round = round.transpose()?;
        let check_point = report.point_id.map(|id| {
            reference.check_point(id).ok_or_else(|| {
                Error::invalid_field(
                    "/data/point",
                    "point_unknown",
                    Text::new("没有这个点位", "there is no such check point"),
                )
            })
        });
        let check_point = check_point.transpose()?;
        let max_age_s = reference.policies.fix_max_age_s;
        let place = |stand_in| Place::of(report.fix.as_ref(), stand_in, max_age_s);
        Ok(Self {
            observed: observe::read(reference, report, check_point)?,
            report,
            source,
            own_unit,
            own_position: place(None).point(),
            place: place(check_point.map(|point| point.point)),
            check_point,
            round,
        })
    }
}

/// A finding that has been read, with its ticket in triage.
pub(super) struct Draft<'a> {
    pub report_id: Uuid,
    pub ordinal: usize,
    pub finding: &'a NewFinding,
    /// The condition that the inspector named.
    pub named: Option<Uuid>,
    pub ticket: Ticket,
    /// What it is to be filed under, and for whom, when nothing is in doubt.
    pub filing: Option<(&'a FilingCondition, UnitRef)>,
    /// How close another finding of its item is the same place.
    pub radius_m: f64,
    /// The open ticket that it is another sighting of by rule, and how far away that is.
    pub joins: Option<(Uuid, f64)>,
}

/// A finding's ticket as it is to be written.
pub(super) struct Planned {
    pub report_id: Uuid,
    pub finding_id: Uuid,
    pub ticket: Ticket,
    pub parties: Option<Parties>,
    pub trail: Vec<Event>,
}

impl<'a> Draft<'a> {
    /// Reads a finding of a report; none when the report has not that many.
    ///
    /// # Errors
    /// `invalid` for an unknown item or condition.
    pub fn of(
        reference: &'a Reference,
        stop: &Stop<'a>,
        ordinal: usize,
        now: Timestamp,
    ) -> Result<Option<Self>> {
        let Some(finding) = stop.report.findings.get(ordinal) else {
            return Ok(None);
        };
        let at = format!("/data/findings/{ordinal}");
        let Entry { item, conditions } = entry(reference, finding, &at)?;
        let named = named_condition(conditions, finding, &at)?;
        let condition = named.or(match conditions.as_slice() {
            [only] => Some(only),
            _ => None,
        });
        let question = routing::Question {
            item,
            subject: routing::subject(condition, conditions),
            place: stop.place,
            point_id: stop.report.point_id,
            point_owner: stop.check_point.and_then(|point| point.owner_unit_id),
        };
        let mut routed = routing::route(reference, question, now);
        if let Some(own) = stop.own_unit {
            routed.routing.answer_for_itself(&own.unit, &own.subtree);
        }
        let danger = finding.danger || condition.is_some_and(|condition| condition.danger);
        let mut triage_reasons = doubts(
            &stop.place,
            reference.policies.weak_accuracy_m,
            condition,
            // A superior's list has no photos, and needs none.
            match stop.source {
                Source::Superior => usize::MAX,
                _ => finding.photos.len(),
            },
            &routed.routing,
        );
        if stop.round.is_some_and(|round| round.seals(danger)) {
            triage_reasons.push(TriageReason::Sealed);
        }
        let unit = routed.routing.unit.clone();
        let filing = condition.zip(unit).filter(|_| triage_reasons.is_empty());
        // Of ids in a row, only what has a number shortly: their beginnings must not count what is sealed, or waits.
        let id = match filing {
            Some(_) => side_by_side(),
            None => Uuid::new_v4(),
        };
        Ok(Some(Self {
            report_id: stop.report.id,
            ordinal,
            finding,
            named: named.map(|condition| condition.id),
            radius_m: f64::from(reference.radius_m(&item.key)),
            joins: None,
            filing,
            ticket: Ticket {
                id,
                number: None,
                finding_id: Some(finding.id),
                state: State::Triage,
                rev: 1,
                triage_reasons,
                item: item.key.clone(),
                condition_id: condition.map(|condition| condition.id),
                text: finding.text.clone(),
                danger,
                fixed_on_site: finding.fixed_on_site,
                point_id: stop.report.point_id,
                position: stop.place.point(),
                district: routed.district,
                routing: routed.routing,
                lead: None,
                clock: None,
                listed_at: now,
                dispatched_at: None,
                submitted_at: None,
                photos_due_at: None,
                closed_at: None,
                rework_round: 0,
                return_count: 0,
                extensions: 0,
                suspended_until: None,
                exempt: false,
                forced: false,
                supervision_level: 0,
                assignee_id: None,
                stage_due_at: None,
                master_id: None,
                recurrence_of: None,
                created_at: now,
                updated_at: now,
            },
        }))
    }

    /// Files the ticket if nothing is in doubt, or joins it to another. Nobody has seen it before: it keeps its first version.
    ///
    /// # Errors
    /// `internal` when there are fewer numbers than tickets to be filed.
    pub fn plan(
        self,
        reference: &Reference,
        actor: &Actor,
        numbers: &mut impl Iterator<Item = String>,
        now: Timestamp,
    ) -> Result<Planned> {
        let mut ticket = self.ticket;
        let mut trail = vec![trail::created(actor, &ticket)];
        let mut parties = None;
        if let Some((condition, unit)) = self.filing {
            let rev = ticket.rev;
            let number = numbers.next().ok_or_else(|| anyhow::anyhow!("no number"))?;
            parties = Some(filing::decide(
                reference,
                &mut ticket,
                condition,
                unit,
                number,
                now,
            )?);
            ticket.rev = rev;
            trail.push(trail::filed(&ticket, now));
        } else if let Some((master, metres)) = self.joins {
            let rev = ticket.rev;
            ticket.merge_into(master, now);
            ticket.rev = rev;
            trail.push(trail::joined(&ticket, master, metres, now));
        }
        stage::begin(reference, &mut ticket, now);
        Ok(Planned {
            report_id: self.report_id,
            finding_id: self.finding.id,
            ticket,
            parties,
            trail,
        })
    }
}

fn entry<'a>(reference: &'a Reference, finding: &NewFinding, at: &str) -> Result<&'a Entry> {
    reference.catalogue.active(&finding.item).ok_or_else(|| {
        Error::invalid(vec![FieldError::new(
            format!("{at}/item"),
            "item_unknown",
            Text::new(
                format!("现行目录中没有测评项目 {}", finding.item),
                format!("the active catalogue has no item {}", finding.item),
            ),
        )])
    })
}

fn named_condition<'a>(
    conditions: &'a [FilingCondition],
    finding: &NewFinding,
    at: &str,
) -> Result<Option<&'a FilingCondition>> {
    let Some(code) = &finding.condition else {
        return Ok(None);
    };
    conditions
        .iter()
        .find(|condition| &condition.code == code)
        .map(Some)
        .ok_or_else(|| {
            Error::invalid(vec![FieldError::new(
                format!("{at}/condition"),
                "condition_unknown",
                Text::new(
                    format!("项目 {} 没有立案条件 {code}", finding.item),
                    format!("item {} has no filing condition {code}", finding.item),
                ),
            )])
        })
}
