//! What a phone is sent of a row. A member that is null, false, zero or unknown to the reader is absent; instants are cut to
//! whole seconds. The one place where a field of a synced row is given or withheld, by the same [`Knowledge`] as over REST.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::domain::account::Role;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::projection::Knowledge;

/// A document of any collection.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// Of `items`.
    Item(ItemDoc),
    /// Of `conditions`.
    Condition(ConditionDoc),
    /// Of `areas`.
    Area(AreaDoc),
    /// Of `units`.
    Unit(UnitDoc),
    /// Of `points`.
    Point(PointDoc),
    /// Of `reports`.
    Report(ReportDoc),
    /// Of `findings`.
    Finding(FindingDoc),
    /// Of `tickets`.
    Ticket(Box<TicketDoc>),
    /// Of `attachments`.
    Attachment(AttachmentDoc),
}

/// A catalogue item (测评项目).
#[derive(Debug, Clone, Serialize)]
pub struct ItemDoc {
    /// Scheme.
    pub scheme: String,
    /// Version.
    pub version: String,
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// `thing`, `count`, `behaviour`, `service`.
    pub kind: String,
    /// Two findings this close are the same place, metres.
    pub radius_m: i32,
    /// Of the version that new findings are read against.
    #[serde(skip_serializing_if = "is_false")]
    pub active: bool,
}

/// A filing condition (立案条件).
#[derive(Debug, Clone, Serialize)]
pub struct ConditionDoc {
    /// Scheme.
    pub scheme: String,
    /// Version.
    pub version: String,
    /// Code of the item.
    pub item: String,
    /// Code within the item.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Where it applies.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub places_zh: String,
    /// Subject that leads.
    pub lead_subject: String,
    /// Subjects that cooperate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<String>,
    /// Limit in `limit_unit`.
    pub limit_value: i32,
    /// `urgent_hour`, `work_hour`, `work_day`, `natural_day`.
    pub limit_unit: String,
    /// `recheck` or `unit`.
    pub closing_policy: String,
    /// Photos that a finding must declare.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_before_photos: i32,
    /// Photos that a submission must declare.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_after_photos: i32,
    /// Danger to people.
    #[serde(skip_serializing_if = "is_false")]
    pub danger: bool,
}

/// A district or zone, without its outline.
#[derive(Debug, Clone, Serialize)]
pub struct AreaDoc {
    /// Code.
    pub code: String,
    /// `district` or `zone`.
    pub kind: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// Unit that owns it; not for inspectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
}

/// A responsible unit (责任单位).
#[derive(Debug, Clone, Serialize)]
pub struct UnitDoc {
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// What sort of body it is.
    pub kind: String,
    /// The unit above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    /// Code of its district.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// Its subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// A check point (点位).
#[derive(Debug, Clone, Serialize)]
pub struct PointDoc {
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// Code of its kind.
    pub kind: String,
    /// Address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// Latitude, WGS-84.
    pub lat: f64,
    /// Longitude, WGS-84.
    pub lon: f64,
    /// Unit that owns it; not for inspectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
}

/// A report (上报).
#[derive(Debug, Clone, Serialize)]
pub struct ReportDoc {
    /// Check point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<Uuid>,
    /// Remark.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Visited, nothing wrong.
    #[serde(skip_serializing_if = "is_false")]
    pub clean: bool,
    /// Latitude that counts, WGS-84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Longitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// When the server had it.
    #[serde(serialize_with = "seconds")]
    pub received_at: Timestamp,
    /// When it was captured, as far as can be told.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    pub captured_at: Option<Timestamp>,
    /// By which method that was estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_by: Option<String>,
    /// Bound of its error, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_error_s: Option<i32>,
    /// How many other contents came under its id.
    #[serde(skip_serializing_if = "is_zero_64")]
    pub amendments: i64,
    /// Who sent it; office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspector: Option<Uuid>,
}

/// A finding (问题).
#[derive(Debug, Clone, Serialize)]
pub struct FindingDoc {
    /// Its report.
    pub report: Uuid,
    /// Its place in the report, from 0.
    pub ordinal: i16,
    /// Scheme of its item.
    pub scheme: String,
    /// Version of its item.
    pub version: String,
    /// Code of its item.
    pub item: String,
    /// Code of the filing condition that the inspector named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Danger to people.
    #[serde(skip_serializing_if = "is_false")]
    pub danger: bool,
    /// 立行立改.
    #[serde(skip_serializing_if = "is_false")]
    pub fixed_on_site: bool,
    /// The ticket made of it.
    pub ticket: Uuid,
}

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
    /// Code of its filing condition.
    pub condition: Option<String>,
    /// Description.
    pub text: String,
    /// Danger.
    pub danger: bool,
    /// 立行立改.
    pub fixed_on_site: bool,
    /// Check point.
    pub point: Option<PointName>,
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
    /// Why it waits or waited in triage.
    pub triage_reasons: Vec<String>,
    /// The ticket that it was merged into.
    pub master: Option<Uuid>,
    /// Finding.
    pub finding: Option<Uuid>,
    /// Report and its sender, where they were asked for.
    pub report: Option<(Uuid, Uuid)>,
    /// When the server had the finding.
    pub received_at: Timestamp,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    triage_reasons: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    master: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Uuid>,
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
    pub fn of(facts: TicketFacts, role: Role, account_id: Uuid) -> Self {
        let reported_it = facts.report.is_some_and(|(_, sender)| sender == account_id);
        let knows = Knowledge::of(role, reported_it);
        let handling = facts.lead.filter(|_| knows.handling);
        let finished = facts.submitted_at.or(facts.closed_at);
        let closed_late = facts.state == State::Closed && finished > facts.due_at;
        Self {
            number: facts.number,
            state: facts.state.as_str(),
            scheme: facts.scheme,
            version: facts.version,
            item: facts.item,
            condition: facts.condition,
            text: facts.text,
            danger: facts.danger,
            fixed_on_site: facts.fixed_on_site,
            point: facts.point,
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
            return_count: if knows.handling {
                facts.return_count
            } else {
                0
            },
            triage_reasons: if knows.office {
                facts.triage_reasons
            } else {
                Vec::new()
            },
            master: facts.master.filter(|_| knows.office),
            report: facts
                .report
                .map(|(report, _)| report)
                .filter(|_| knows.origin),
            finding: facts.finding.filter(|_| knows.origin),
            received_at: knows.origin.then_some(facts.received_at),
        }
    }
}

/// A photo whose bytes are here, unabridged: never sent but through [`AttachmentDoc::of`].
#[derive(Debug, Clone)]
pub struct AttachmentFacts {
    /// The phone's own id.
    pub aid: Uuid,
    /// Who sent it.
    pub account_id: Uuid,
    /// Report that declared it.
    pub report: Option<Uuid>,
    /// Tickets that show it, as far as the reader may know of them.
    pub on: Vec<ShownOn>,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: i64,
    /// Media type.
    pub mime: String,
    /// When the last byte was durable.
    pub stored_at: Timestamp,
    /// `none`, `ready`, `unreadable`, `unsupported`.
    pub rendition: String,
    /// Upright width.
    pub width_px: Option<i32>,
    /// Upright height.
    pub height_px: Option<i32>,
}

/// A ticket that shows a photo, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ShownOn {
    /// The ticket.
    pub ticket: Uuid,
    /// `before`, `after`, `recheck`, `comment`.
    pub role: String,
}

/// A photo (照片) as one reader may know of it; its bytes are at `attachments/{id}/display` and `/thumb`.
#[derive(Debug, Clone, Serialize)]
pub struct AttachmentDoc {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    on: Vec<ShownOn>,
    rendition: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    width_px: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height_px: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime: Option<String>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    stored_at: Option<Timestamp>,
}

impl AttachmentDoc {
    /// The document for a reader: what tells of phone and report is for the office and for who sent it.
    pub fn of(facts: AttachmentFacts, role: Role, account_id: Uuid) -> Self {
        let knows = role.is_office() || facts.account_id == account_id;
        Self {
            on: facts.on,
            rendition: facts.rendition,
            width_px: facts.width_px,
            height_px: facts.height_px,
            aid: knows.then_some(facts.aid),
            report: facts.report.filter(|_| knows),
            sha256: knows.then_some(facts.sha256),
            bytes: knows.then_some(facts.bytes),
            mime: knows.then_some(facts.mime),
            stored_at: knows.then_some(facts.stored_at),
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(number: &i32) -> bool {
    *number == 0
}

fn is_zero_64(number: &i64) -> bool {
    *number == 0
}

/// An instant without its fraction.
fn seconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    Timestamp::from_second(at.as_second())
        .unwrap_or(*at)
        .serialize(serializer)
}

fn maybe_seconds<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => seconds(at, serializer),
        None => serializer.serialize_none(),
    }
}
