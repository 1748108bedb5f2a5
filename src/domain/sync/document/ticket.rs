//! Tickets: the facts as loaded, and what of them a reader is told.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{is_false, is_zero, maybe_seconds};
use crate::domain::account::Actor;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::projection::Knowledge;
use crate::domain::ticket::request::RequestKind;
use crate::domain::ticket::stage::Stage;

/// A ticket, unabridged, with no more than its document may hold: never sent but through [`TicketDoc::of`].
#[derive(Debug, Clone)]
pub struct TicketFacts {
    /// 台账编号.
    pub number: Option<String>,
    /// State.
    pub state: State,
    /// Scheme of its item.
    pub scheme: String,
    /// Version of its item.
    pub version: String,
    /// Code of its item.
    pub item: String,
    /// Filing condition.
    pub condition_id: Option<Uuid>,
    /// Description.
    pub text: String,
    /// Danger.
    pub danger: bool,
    /// 立行立改.
    pub fixed_on_site: bool,
    /// Check point.
    pub point_id: Option<Uuid>,
    /// Latitude.
    pub lat: Option<f64>,
    /// Longitude.
    pub lon: Option<f64>,
    /// Code of the district.
    pub district: Option<String>,
    /// Deadline.
    pub due_at: Option<Timestamp>,
    /// Beyond the loaded calendar.
    pub provisional: bool,
    /// Since when the clock stands still.
    pub stopped_at: Option<Timestamp>,
    /// Rework rounds.
    pub rework_round: i32,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Lead unit.
    pub lead: Option<Uuid>,
    /// Last dispatch.
    pub dispatched_at: Option<Timestamp>,
    /// When the last submission counts from.
    pub submitted_at: Option<Timestamp>,
    /// Until when its photos may come.
    pub photos_due_at: Option<Timestamp>,
    /// Returns so far.
    pub return_count: i32,
    /// Extensions so far.
    pub extensions: i32,
    /// When the clock of a suspended one runs again.
    pub suspended_until: Option<Timestamp>,
    /// Left out of statistics.
    pub exempt: bool,
    /// 强制结案.
    pub forced: bool,
    /// 督办级别.
    pub supervision_level: i32,
    /// 经办人.
    pub assignee: Option<Uuid>,
    /// When its stage should end.
    pub stage_due_at: Option<Timestamp>,
    /// Kinds of its open requests, in order.
    pub open_requests: Vec<String>,
    /// Why it waits or waited in triage.
    pub triage_reasons: Vec<String>,
    /// The ticket that it was merged into.
    pub master: Option<Uuid>,
    /// The ticket that it is a recurrence of.
    pub recurrence_of: Option<Uuid>,
    /// Finding.
    pub finding: Option<Uuid>,
    /// Who sent the report of that, where it was asked for.
    pub sender: Option<Uuid>,
    /// When the server had the finding.
    pub received_at: Timestamp,
}

/// What reference data calls what it is about.
#[derive(Debug, Clone)]
pub struct TicketNames {
    /// Code of its filing condition.
    pub condition: Option<String>,
    /// Check point.
    pub point: Option<PointName>,
}

/// A check point by id and name.
#[derive(Debug, Clone, Serialize)]
pub struct PointName {
    /// Id.
    pub id: Uuid,
    /// Chinese name.
    pub name: String,
}

/// A ticket (整改工单) as one reader may see it.
#[derive(Debug, Clone, Serialize)]
pub struct TicketDoc {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    state: &'static str,
    scheme: String,
    version: String,
    item: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
    #[serde(skip_serializing_if = "is_false")]
    danger: bool,
    #[serde(skip_serializing_if = "is_false")]
    fixed_on_site: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<PointName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    district: Option<String>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "is_false")]
    provisional: bool,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    stopped_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "is_zero")]
    rework_round: i32,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    closed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "is_false")]
    closed_late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<Uuid>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    dispatched_at: Option<Timestamp>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    submitted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "is_false")]
    photos_pending: bool,
    #[serde(skip_serializing_if = "is_zero")]
    return_count: i32,
    #[serde(skip_serializing_if = "is_zero")]
    extensions: i32,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    suspended_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "is_false")]
    exempt: bool,
    #[serde(skip_serializing_if = "is_false")]
    forced: bool,
    #[serde(skip_serializing_if = "is_zero")]
    supervision_level: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<Uuid>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    stage_due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    open_requests: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    triage_reasons: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    master: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recurrence_of: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Uuid>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    received_at: Option<Timestamp>,
}

impl TicketDoc {
    /// The document for a reader.
    pub fn of(facts: TicketFacts, names: TicketNames, actor: &Actor) -> Self {
        let reported_it = facts.sender == Some(actor.account_id);
        let knows = Knowledge::of(actor.role, reported_it);
        let leads = facts.lead.is_some_and(|lead| actor.acts_for(lead));
        let is_told = |kind: &String| {
            let kind = kind.parse::<RequestKind>();
            knows.handling && (knows.office || kind.is_ok_and(|kind| !kind.is_office_only()))
        };
        let stage = Stage::of(facts.state);
        let is_units = stage.is_some_and(Stage::is_units);
        let handled = |number: i32| if knows.handling { number } else { 0 };
        let handling = facts.lead.filter(|_| knows.handling);
        let finished = facts.submitted_at.or(facts.closed_at);
        let closed_late = facts.state == State::Closed && finished > facts.due_at;
        Self {
            number: facts.number,
            state: facts.state.as_str(),
            scheme: facts.scheme,
            version: facts.version,
            item: facts.item,
            condition: names.condition,
            text: facts.text,
            danger: facts.danger,
            fixed_on_site: facts.fixed_on_site,
            point: names.point,
            lat: facts.lat,
            lon: facts.lon,
            district: facts.district,
            due_at: facts.due_at,
            provisional: facts.provisional,
            stopped_at: facts.stopped_at,
            rework_round: facts.rework_round,
            closed_at: facts.closed_at,
            closed_late: closed_late && facts.due_at.is_some(),
            lead: handling,
            dispatched_at: facts.dispatched_at.filter(|_| knows.handling),
            submitted_at: facts.submitted_at.filter(|_| knows.handling),
            photos_pending: knows.handling && facts.photos_due_at.is_some(),
            return_count: handled(facts.return_count),
            extensions: handled(facts.extensions),
            suspended_until: facts.suspended_until.filter(|_| knows.handling),
            exempt: knows.handling && facts.exempt,
            forced: facts.forced,
            supervision_level: handled(facts.supervision_level),
            assignee: facts
                .assignee
                .filter(|_| knows.office || (knows.handling && leads)),
            stage_due_at: facts
                .stage_due_at
                .filter(|_| knows.office || (knows.handling && is_units)),
            open_requests: facts.open_requests.into_iter().filter(is_told).collect(),
            triage_reasons: if knows.office {
                facts.triage_reasons
            } else {
                Vec::new()
            },
            master: facts.master.filter(|_| knows.office),
            recurrence_of: facts.recurrence_of.filter(|_| knows.office),
            finding: facts.finding.filter(|_| knows.origin),
            received_at: knows.origin.then_some(facts.received_at),
        }
    }
}
