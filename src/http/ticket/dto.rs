//! Tickets on the wire. What a reader may not know is absent: `domain::ticket::projection` decided that.

mod beside;
mod request;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use self::beside::{AnsweringOut, EarlierOut, HalfDayOut, IntegrityMarkOut, SuggestionOut};
use crate::domain::catalogue::FilingCondition;
use crate::domain::geo::Datum;
use crate::domain::page::Page;
use crate::domain::ticket::projection::{Deadline, Handling, Origin, PhotoView, TicketView};
use crate::domain::ticket::trail::Event;
use crate::http::evidence::flag::FlagOut;
use crate::http::position::PositionOut;

pub use request::{PersonOut, RequestOut, SlipOut, StageOut};

/// A rectification ticket (整改工单). Members that the reader may not know are absent.
#[derive(Serialize, ToSchema)]
pub struct TicketOut {
    /// Id.
    id: Uuid,
    /// 台账编号, given at filing.
    #[schema(example = "2026-000123")]
    number: Option<String>,
    /// `triage`, `dispatched`, `returned`, `disputed`, `rectifying`, `suspended`, `awaiting_recheck`, `closed`,
    /// `rejected`, `merged` or `voided`.
    #[schema(example = "dispatched")]
    state: &'static str,
    /// Version; send it back in `If-Match` with a command.
    #[schema(example = "3")]
    rev: String,
    /// Commands that this reader may give now.
    allowed: Vec<&'static str>,
    /// Catalogue item.
    item: ItemOut,
    /// Filing condition, once known.
    condition: Option<ConditionOut>,
    /// Description.
    text: String,
    /// Danger to people.
    danger: bool,
    /// 立行立改.
    fixed_on_site: bool,
    /// Check point.
    point: Option<PointRefOut>,
    /// Position, in WGS-84 or the datum asked for.
    position: Option<PositionOut>,
    /// District under the position.
    district: Option<NameOut>,
    /// The clock, from filing on.
    deadline: Option<DeadlineOut>,
    /// The limit of its stage, where it has one: for the office, and for units what they have to acknowledge.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<StageOut>,
    /// 超期未结, now.
    overdue: bool,
    /// 超期结案.
    closed_late: bool,
    /// 强制结案: closed by decision of two supervisors.
    forced: bool,
    /// When it was closed.
    closed_at: Option<Timestamp>,
    /// Failed rechecks so far (返工).
    rework_round: u32,
    /// Photos, oldest first.
    photos: Vec<PhotoOut>,
    /// When the fault was seen, to the half day; not for inspectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<HalfDayOut>,
    /// Who handles it, and why; not for inspectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    handling: Option<HandlingOut>,
    /// Why it waits or waited for a clerk; office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    triage_reasons: Option<Vec<&'static str>>,
    /// The ticket it was merged into; office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    master: Option<Uuid>,
    /// The fault had been closed shortly before (反弹); office, and units that may know of the earlier ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    recurrence_of: Option<EarlierOut>,
    /// In triage: open tickets near it of which it may be another sighting (疑似重复), the nearest first, as of now; office only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<SuggestionOut>,
    /// Report and finding; office and the one who sent it only.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginOut>,
}

/// A catalogue item, as of the version that the ticket was filed under.
#[derive(Serialize, ToSchema)]
pub struct ItemOut {
    /// Scheme.
    scheme: String,
    /// Version.
    version: String,
    /// Code.
    #[schema(example = "E0102")]
    code: String,
    /// Chinese name.
    name_zh: String,
    /// English name.
    name_en: String,
}

/// A filing condition (立案条件).
#[derive(Serialize, ToSchema)]
pub struct ConditionOut {
    /// Code within the item.
    code: String,
    /// Chinese name.
    name_zh: String,
    /// Limit in `limit_unit`.
    limit_value: u32,
    /// `urgent_hour`, `work_hour`, `work_day` or `natural_day`.
    limit_unit: &'static str,
    /// `recheck` or `unit`.
    closing_policy: &'static str,
    /// After-photos that a submission must declare.
    min_after_photos: u32,
}

/// A check point by id and name.
#[derive(Serialize, ToSchema)]
pub struct PointRefOut {
    /// Id.
    id: Uuid,
    /// Name.
    name: Option<String>,
}

/// Something with a code and a name.
#[derive(Serialize, ToSchema)]
pub struct NameOut {
    /// Code.
    #[schema(example = "371602")]
    code: String,
    /// Name.
    #[schema(example = "滨城区")]
    name: String,
}

/// The clock (时限).
#[derive(Serialize, ToSchema)]
pub struct DeadlineOut {
    /// Instant by which it is due.
    due_at: Timestamp,
    /// The date lies beyond the loaded calendar and may move.
    provisional: bool,
    /// Time is being used up; false while submitted, returned, disputed or suspended.
    running: bool,
    /// Work time left, in seconds; negative once late. It does not fall over a holiday.
    remaining_work_s: i64,
}

/// Who handles a ticket, and why.
#[derive(Serialize, ToSchema)]
pub struct HandlingOut {
    /// 牵头单位.
    lead: Option<UnitRefOut>,
    /// 配合单位, by name.
    cooperating: Vec<String>,
    /// 街(路)长、点位长、包保领导、门前三包 of its place when it was dispatched.
    duties: Vec<AnsweringOut>,
    /// Why this unit: the rule that fired, the polygon, metres to the border and to the nearest other district.
    #[schema(value_type = Object)]
    routing: Value,
    /// Returns so far (退件).
    return_count: u32,
    /// Last dispatch.
    dispatched_at: Option<Timestamp>,
    /// When the last submission counts from.
    submitted_at: Option<Timestamp>,
    /// Declared after-photos are not all here yet.
    photos_pending: bool,
    /// Extensions so far (延期).
    extensions: u32,
    /// 挂账: when the clock runs again.
    suspended_until: Option<Timestamp>,
    /// 申诉成立: statistics leave it out, late as it was.
    exempt: bool,
    /// 督办级别.
    supervision_level: u32,
    /// 经办人; office and lead unit only.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<PersonOut>,
    /// What was asked of the office, oldest first.
    requests: Vec<RequestOut>,
    /// 督办单, oldest first.
    slips: Vec<SlipOut>,
    /// 虚假整改: the mark, as long as it is not lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    integrity_flag: Option<IntegrityMarkOut>,
}

/// A unit by id and name, as it was called when it got the ticket.
#[derive(Serialize, ToSchema)]
pub struct UnitRefOut {
    /// Id.
    id: Uuid,
    /// Name.
    name: String,
}

/// Where a ticket came from.
#[derive(Serialize, ToSchema)]
pub struct OriginOut {
    /// Report.
    report: Option<Uuid>,
    /// Finding.
    finding: Option<Uuid>,
    /// When the server had it.
    received_at: Timestamp,
}

/// A photo of a ticket; its bytes are at `attachments/{id}/display` and `/thumb`.
#[derive(Serialize, ToSchema)]
pub struct PhotoOut {
    /// Name for the `attachments` paths.
    id: Uuid,
    /// The phone's id; office and the one who sent it only.
    #[serde(skip_serializing_if = "Option::is_none")]
    aid: Option<Uuid>,
    /// `before`, `after`, `recheck` or `comment`.
    role: &'static str,
    /// The bytes are here.
    stored: bool,
    /// `none` (not yet), `ready`, `unreadable` or `unsupported`.
    rendition: String,
    /// What is odd about it; office, and of after-photos whoever rechecks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<FlagOut>,
}

/// A page of tickets.
#[derive(Serialize, ToSchema)]
pub struct TicketPageOut {
    /// Latest first.
    items: Vec<TicketOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// A row of the trail (留痕).
#[derive(Serialize, ToSchema)]
pub struct EventOut {
    /// Number within the ticket.
    seq: i32,
    /// Server time.
    at: Timestamp,
    /// Command, or an act of the system.
    command: String,
    /// State before.
    from: Option<&'static str>,
    /// State after.
    to: &'static str,
    /// In which role it was done; `system` for a rule.
    actor_role: String,
    /// Who did it; office and auditor only.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Uuid>,
    /// For which unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_unit: Option<String>,
    /// On which device; office and auditor only.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Uuid>,
    /// Unit that holds the ticket from here on; none is the office.
    holder: Option<String>,
    /// For how long the holder before had it, in seconds.
    held_s: i64,
    /// Words that came with it.
    opinion: String,
    /// What it carried and changed; office and auditor only.
    #[schema(value_type = Object)]
    #[serde(skip_serializing_if = "Value::is_null")]
    data: Value,
}

/// The trail of a ticket.
#[derive(Serialize, ToSchema)]
pub struct TrailOut {
    /// First row first.
    pub items: Vec<EventOut>,
}

impl TicketPageOut {
    /// The page in a datum.
    pub fn new(page: Page<TicketView>, datum: Datum) -> Self {
        Self {
            items: page
                .items
                .into_iter()
                .map(|view| TicketOut::new(view, datum))
                .collect(),
            next_cursor: page.next_cursor,
        }
    }
}

impl TicketOut {
    /// The view in a datum.
    pub fn new(view: TicketView, datum: Datum) -> Self {
        Self {
            id: view.id,
            number: view.number,
            state: view.state.as_str(),
            rev: view.rev.to_string(),
            allowed: view
                .allowed
                .iter()
                .map(|command| command.as_str())
                .collect(),
            item: ItemOut {
                scheme: view.item.key.scheme,
                version: view.item.key.version,
                code: view.item.key.code,
                name_zh: view.item.name_zh,
                name_en: view.item.name_en,
            },
            condition: view.condition.map(ConditionOut::from),
            text: view.text,
            danger: view.danger,
            fixed_on_site: view.fixed_on_site,
            point: view.point_id.map(|id| PointRefOut {
                id,
                name: view.point_name,
            }),
            position: view
                .position
                .map(|point| PositionOut::in_datum(point, datum)),
            district: view.district.map(|district| NameOut {
                code: district.code,
                name: district.name,
            }),
            deadline: view.deadline.map(DeadlineOut::from),
            stage: view.stage.map(StageOut::from),
            overdue: view.overdue,
            closed_late: view.closed_late,
            forced: view.forced,
            closed_at: view.closed_at,
            rework_round: view.rework_round,
            photos: view.photos.into_iter().map(PhotoOut::from).collect(),
            seen: view.seen.map(HalfDayOut::from),
            handling: view.handling.map(HandlingOut::from),
            triage_reasons: view
                .triage_reasons
                .map(|reasons| reasons.into_iter().map(|r| r.as_str()).collect()),
            master: view.master_id,
            recurrence_of: view.earlier.map(EarlierOut::from),
            suggestions: view
                .suggestions
                .into_iter()
                .map(SuggestionOut::from)
                .collect(),
            origin: view.origin.map(OriginOut::from),
        }
    }
}

impl From<FilingCondition> for ConditionOut {
    fn from(condition: FilingCondition) -> Self {
        Self {
            code: condition.code,
            name_zh: condition.name_zh,
            limit_value: condition.limit_value,
            limit_unit: condition.limit_unit.as_str(),
            closing_policy: condition.closing_policy.as_str(),
            min_after_photos: condition.min_after_photos,
        }
    }
}

impl From<Deadline> for DeadlineOut {
    fn from(deadline: Deadline) -> Self {
        Self {
            due_at: deadline.due_at,
            provisional: deadline.provisional,
            running: deadline.running,
            remaining_work_s: deadline.remaining_work_s,
        }
    }
}

impl From<Handling> for HandlingOut {
    fn from(handling: Handling) -> Self {
        Self {
            lead: handling.lead.map(|lead| UnitRefOut {
                id: lead.id,
                name: lead.name,
            }),
            cooperating: handling.cooperating,
            duties: handling
                .answering
                .into_iter()
                .map(AnsweringOut::from)
                .collect(),
            routing: serde_json::to_value(handling.routing).unwrap_or_default(),
            return_count: handling.return_count,
            dispatched_at: handling.dispatched_at,
            submitted_at: handling.submitted_at,
            photos_pending: handling.photos_pending,
            extensions: handling.extensions,
            suspended_until: handling.suspended_until,
            exempt: handling.exempt,
            supervision_level: handling.supervision_level,
            assignee: handling.assignee.map(PersonOut::from),
            requests: handling
                .requests
                .into_iter()
                .map(RequestOut::from)
                .collect(),
            slips: handling.slips.into_iter().map(SlipOut::from).collect(),
            integrity_flag: handling.integrity.map(IntegrityMarkOut::from),
        }
    }
}

impl From<Origin> for OriginOut {
    fn from(origin: Origin) -> Self {
        Self {
            report: origin.report_id,
            finding: origin.finding_id,
            received_at: origin.received_at,
        }
    }
}

impl From<PhotoView> for PhotoOut {
    fn from(photo: PhotoView) -> Self {
        Self {
            id: photo.id,
            aid: photo.aid,
            role: photo.role.as_str(),
            stored: photo.stored,
            rendition: photo.rendition,
            flags: photo.flags.into_iter().map(FlagOut::from).collect(),
        }
    }
}

impl EventOut {
    /// The row, and for how long the holder before it had the ticket.
    pub fn new(event: Event, held: jiff::SignedDuration) -> Self {
        Self {
            seq: event.seq,
            at: event.at,
            command: event.command,
            from: event.from.map(|state| state.as_str()),
            to: event.to.as_str(),
            actor_role: event.actor_role,
            actor: event.actor_id,
            actor_unit: event.actor_unit_name,
            device: event.device_id,
            holder: event.holder_unit_name,
            held_s: held.as_secs(),
            opinion: event.opinion,
            data: event.data,
        }
    }
}
