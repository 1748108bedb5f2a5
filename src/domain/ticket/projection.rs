//! What each kind of reader may know of a ticket: the one place where a field is given or withheld.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::machine::{Command, State};
use super::request::Request;
use super::routing::Routing;
use super::stage::Stage;
use super::supervision::Slip;
use super::trail::Event;
use super::triage::TriageReason;
use super::{DistrictName, LeadUnit, Ticket};
use crate::domain::account::Role;
use crate::domain::calendar::WorkCalendar;
use crate::domain::catalogue::{CatalogueItem, FilingCondition};
use crate::domain::duty::Answering;
use crate::domain::evidence::PhotoRole;
use crate::domain::evidence::flags::PhotoFlag;
use crate::domain::geo::Point;
use crate::domain::half_day::HalfDay;
use crate::domain::integrity::IntegrityFlag;

/// A ticket with what belongs to it, unabridged: never leaves the services but through [`project`].
#[derive(Debug, Clone)]
pub struct TicketRecord {
    /// The ticket.
    pub ticket: Ticket,
    /// Its item.
    pub item: CatalogueItem,
    /// Its condition, once known.
    pub condition: Option<FilingCondition>,
    /// Cooperating units by name.
    pub cooperating: Vec<String>,
    /// Name of the check point.
    pub point_name: Option<String>,
    /// The report that it came from.
    pub report_id: Option<Uuid>,
    /// When the fault was seen, as far as can be told.
    pub seen_at: Option<Timestamp>,
    /// Its photos, oldest first.
    pub photos: Vec<TicketPhoto>,
    /// The earlier ticket that it is a recurrence of, if the reader's scope holds that one.
    pub earlier: Option<Earlier>,
    /// Who had a duty at its place when it was dispatched.
    pub answering: Vec<Answering>,
    /// Open tickets that it may be another sighting of, where they were looked for.
    pub suggestions: Vec<Suggestion>,
    /// Its requests, oldest first.
    pub requests: Vec<Request>,
    /// Its slips, oldest first.
    pub slips: Vec<Slip>,
    /// Who works on it.
    pub assignee: Option<Person>,
    /// The mark of a faked rectification.
    pub integrity: Option<IntegrityFlag>,
}

/// The ticket of the same fault that had been closed shortly before (反弹).
#[derive(Debug, Clone)]
pub struct Earlier {
    /// Id.
    pub ticket_id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// An open ticket that one in triage may be another sighting of (疑似重复).
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// Id.
    pub ticket_id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// Its state.
    pub state: State,
    /// Metres between the two.
    pub metres: f64,
    /// How long the server has had it.
    pub age: SignedDuration,
    /// A photo of it whose bytes are here.
    pub photo: Option<Uuid>,
    /// A photo of the one in triage whose bytes are here.
    pub own_photo: Option<Uuid>,
}

/// Somebody by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Account.
    pub id: Uuid,
    /// Display name.
    pub name: String,
}

/// A photo of a ticket.
#[derive(Debug, Clone)]
pub struct TicketPhoto {
    /// The name that every reader may have.
    pub photo_key: Uuid,
    /// The phone's own id.
    pub aid: Uuid,
    /// Who took it.
    pub account_id: Uuid,
    /// Why it is there.
    pub role: PhotoRole,
    /// Whether the bytes are here.
    pub stored: bool,
    /// `none`, `ready`, `unreadable`, `unsupported`.
    pub rendition: String,
    /// It came with a row of the trail that units never see.
    pub office_only: bool,
    /// What is odd about it.
    pub flags: Vec<PhotoFlag>,
}

/// A ticket as one reader may see it; what the reader may not know is absent.
#[derive(Debug, Clone)]
pub struct TicketView {
    /// Id.
    pub id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// State.
    pub state: State,
    /// Version.
    pub rev: i64,
    /// Office only.
    pub triage_reasons: Option<Vec<TriageReason>>,
    /// Item.
    pub item: CatalogueItem,
    /// Condition.
    pub condition: Option<FilingCondition>,
    /// Description.
    pub text: String,
    /// Danger.
    pub danger: bool,
    /// 立行立改.
    pub fixed_on_site: bool,
    /// Check point.
    pub point_id: Option<Uuid>,
    /// Its name.
    pub point_name: Option<String>,
    /// Position.
    pub position: Option<Point>,
    /// District.
    pub district: Option<DistrictName>,
    /// When the fault was seen, as exactly as a unit may know.
    pub seen: Option<HalfDay>,
    /// Not for inspectors: they do not learn who handles.
    pub handling: Option<Handling>,
    /// Deadline, whoever handles it.
    pub deadline: Option<Deadline>,
    /// The limit of its stage: told to the office, and to units what they owe.
    pub stage: Option<StageView>,
    /// Rework rounds.
    pub rework_round: u32,
    /// Photos.
    pub photos: Vec<PhotoView>,
    /// Master of a merged ticket; office only.
    pub master_id: Option<Uuid>,
    /// The fault had a ticket before; office, and units that may know of that one.
    pub earlier: Option<Earlier>,
    /// Open tickets that it may be another sighting of; office only.
    pub suggestions: Vec<Suggestion>,
    /// Report and finding; office and the one who sent it only.
    pub origin: Option<Origin>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Late when it was closed.
    pub closed_late: bool,
    /// 强制结案.
    pub forced: bool,
    /// Overdue now.
    pub overdue: bool,
    /// Commands that this reader may give now.
    pub allowed: Vec<Command>,
}

/// Who handles a ticket, and why.
#[derive(Debug, Clone)]
pub struct Handling {
    /// Lead unit.
    pub lead: Option<LeadUnit>,
    /// Cooperating units.
    pub cooperating: Vec<String>,
    /// Who had a duty at its place when it was dispatched.
    pub answering: Vec<Answering>,
    /// Why this unit.
    pub routing: Routing,
    /// Returns so far.
    pub return_count: u32,
    /// Last dispatch.
    pub dispatched_at: Option<Timestamp>,
    /// When the last submission counts from.
    pub submitted_at: Option<Timestamp>,
    /// Declared after-photos are still missing.
    pub photos_pending: bool,
    /// Extensions so far (延期).
    pub extensions: u32,
    /// 挂账: when the clock runs again.
    pub suspended_until: Option<Timestamp>,
    /// 申诉成立: left out of statistics.
    pub exempt: bool,
    /// 督办级别.
    pub supervision_level: u32,
    /// 经办人; not for cooperating units.
    pub assignee: Option<Person>,
    /// Requests, oldest first.
    pub requests: Vec<RequestView>,
    /// Slips, oldest first.
    pub slips: Vec<SlipView>,
    /// 虚假整改: the mark, as long as it is not lifted.
    pub integrity: Option<IntegrityFlag>,
}

/// A request as one reader may see it.
#[derive(Debug, Clone)]
pub struct RequestView {
    /// The request; who asked and who decided are the office's to know.
    pub request: Request,
    /// Whether accounts may be told.
    pub with_people: bool,
}

/// A slip as one reader may see it.
#[derive(Debug, Clone)]
pub struct SlipView {
    /// The slip.
    pub slip: Slip,
    /// Whether its reply is late, or was.
    pub late: bool,
    /// Whether accounts may be told.
    pub with_people: bool,
}

/// The limit of a stage.
#[derive(Debug, Clone, Copy)]
pub struct StageView {
    /// The stage.
    pub stage: Stage,
    /// When it should end.
    pub due_at: Timestamp,
    /// It should have ended by now.
    pub overdue: bool,
}

/// The clock as a reader sees it.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    /// Instant.
    pub due_at: Timestamp,
    /// Beyond the loaded calendar.
    pub provisional: bool,
    /// Whether time is being used up.
    pub running: bool,
    /// Work time left, in seconds; negative once late. It does not fall over a holiday.
    pub remaining_work_s: i64,
}

/// Where a ticket came from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// Report.
    pub report_id: Option<Uuid>,
    /// Finding.
    pub finding_id: Option<Uuid>,
    /// When the server had it.
    pub received_at: Timestamp,
}

/// A photo as one reader may name it.
#[derive(Debug, Clone)]
pub struct PhotoView {
    /// Name for the `attachments` paths.
    pub id: Uuid,
    /// The phone's id; office and the one who sent it only.
    pub aid: Option<Uuid>,
    /// Why it is there.
    pub role: PhotoRole,
    /// Whether the bytes are here.
    pub stored: bool,
    /// `none`, `ready`, `unreadable`, `unsupported`.
    pub rendition: String,
    /// What is odd about it; for the office, and of after-photos for whoever rechecks.
    pub flags: Vec<PhotoFlag>,
}

/// A reader of one ticket.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Role.
    pub role: Role,
    /// Who it is.
    pub account_id: Uuid,
    /// Sent the finding.
    pub reported_it: bool,
    /// Acts for the lead unit.
    pub leads: bool,
    /// Commands that it may give now.
    pub allowed: Vec<Command>,
}

/// What a reader may know of a ticket beyond what everyone may who may know of it at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knowledge {
    /// Everything: the supervision office.
    pub office: bool,
    /// Who handles it, and how: not inspectors.
    pub handling: bool,
    /// Report and finding: the office, and the inspector who sent it.
    pub origin: bool,
}

impl Knowledge {
    /// What someone of this role may know, who has sent the finding or not.
    pub fn of(role: Role, reported_it: bool) -> Self {
        let office = role.is_office();
        Self {
            office,
            handling: role != Role::Inspector,
            origin: office || (role == Role::Inspector && reported_it),
        }
    }
}

/// The ticket as this reader may see it.
pub fn project(
    record: TicketRecord,
    reader: &Reader,
    calendar: &WorkCalendar,
    now: Timestamp,
) -> TicketView {
    let Knowledge {
        office,
        handling: knows_handling,
        origin: knows_origin,
    } = Knowledge::of(reader.role, reader.reported_it);
    let TicketRecord {
        ticket,
        item,
        condition,
        cooperating,
        point_name,
        report_id,
        seen_at,
        photos,
        earlier,
        answering,
        suggestions,
        requests,
        slips,
        assignee,
        integrity,
    } = record;
    let rechecks = reader.role == Role::Inspector
        && ticket.state == State::AwaitingRecheck
        && !reader.reported_it;
    let photos = photos
        .into_iter()
        .filter(|photo| office || !photo.office_only)
        .filter(|photo| knows_handling || photo.role != PhotoRole::Comment)
        .collect();
    let photos = project_photos(photos, reader, knows_origin, rechecks);
    let photos_pending = ticket.photos_pending();
    let stage = Stage::of(ticket.state).zip(ticket.stage_due_at);
    let stage = stage
        .filter(|(stage, _)| office || (knows_handling && stage.is_units()))
        .map(|(stage, due_at)| StageView {
            stage,
            due_at,
            overdue: due_at < now,
        });
    let (closed_late, overdue) = (ticket.closed_late(), ticket.is_overdue_at(now));
    let deadline = ticket.clock.as_ref().map(|clock| Deadline {
        due_at: clock.due.at,
        provisional: clock.due.provisional,
        running: clock.is_running() || ticket.photos_due_at.is_some_and(|due| due < now),
        remaining_work_s: clock.remaining_work_time(calendar, now).as_secs(),
    });
    TicketView {
        id: ticket.id,
        number: ticket.number,
        state: ticket.state,
        rev: ticket.rev,
        triage_reasons: office.then_some(ticket.triage_reasons),
        item,
        condition,
        text: ticket.text,
        danger: ticket.danger,
        fixed_on_site: ticket.fixed_on_site,
        point_id: ticket.point_id,
        point_name,
        position: ticket.position,
        district: ticket.district,
        seen: half_day(seen_at.filter(|_| knows_handling), calendar),
        handling: knows_handling.then_some(Handling {
            lead: ticket.lead,
            cooperating,
            answering,
            routing: ticket.routing,
            return_count: ticket.return_count,
            dispatched_at: ticket.dispatched_at,
            submitted_at: ticket.submitted_at,
            photos_pending,
            extensions: ticket.extensions,
            suspended_until: ticket.suspended_until,
            exempt: ticket.exempt,
            supervision_level: ticket.supervision_level,
            assignee: assignee.filter(|_| office || reader.leads),
            requests: project_requests(requests, office),
            slips: project_slips(slips, office, now),
            integrity,
        }),
        deadline,
        stage,
        rework_round: ticket.rework_round,
        photos,
        master_id: ticket.master_id.filter(|_| office),
        earlier: earlier.filter(|_| knows_handling),
        suggestions: if office { suggestions } else { Vec::new() },
        origin: knows_origin.then_some(Origin {
            report_id,
            finding_id: ticket.finding_id,
            received_at: ticket.created_at,
        }),
        closed_at: ticket.closed_at,
        closed_late,
        forced: ticket.forced,
        overdue,
        allowed: reader.allowed.clone(),
    }
}

/// The half day, by the calendar's zone: the city's.
fn half_day(at: Option<Timestamp>, calendar: &WorkCalendar) -> Option<HalfDay> {
    at.map(|at| HalfDay::of(at, calendar.zone()))
}

/// Requests as a reader may see them who may know who handles the ticket: units never see what the office keeps to itself.
pub fn project_requests(requests: Vec<Request>, office: bool) -> Vec<RequestView> {
    let shown = requests
        .into_iter()
        .filter(|request| office || !request.kind().is_office_only());
    shown
        .map(|request| RequestView {
            request,
            with_people: office,
        })
        .collect()
}

/// Slips as such a reader may see them: units see none that was written while the ticket was the office's own.
pub fn project_slips(slips: Vec<Slip>, office: bool, now: Timestamp) -> Vec<SlipView> {
    let shown = slips
        .into_iter()
        .filter(|slip| office || slip.unit.is_some());
    shown
        .map(|slip| SlipView {
            late: slip.is_late_at(now),
            slip,
            with_people: office,
        })
        .collect()
}

/// Photos as this reader may name them, and what it is told of them: units nothing, whoever rechecks the flags of after-photos.
fn project_photos(
    photos: Vec<TicketPhoto>,
    reader: &Reader,
    knows_origin: bool,
    rechecks: bool,
) -> Vec<PhotoView> {
    let office = reader.role.is_office();
    let shown: Vec<Uuid> = photos.iter().map(|photo| photo.photo_key).collect();
    // A photo that is on another ticket is the office's to know of.
    let told = |flag: PhotoFlag| PhotoFlag {
        other: flag.other.filter(|key| office || shown.contains(key)),
        ..flag
    };
    let view = |photo: TicketPhoto| {
        let flagged = office || (rechecks && photo.role == PhotoRole::After);
        PhotoView {
            id: photo.photo_key,
            aid: (office || (knows_origin && photo.account_id == reader.account_id))
                .then_some(photo.aid),
            role: photo.role,
            stored: photo.stored,
            rendition: photo.rendition,
            flags: photo
                .flags
                .into_iter()
                .filter(|_| flagged)
                .map(told)
                .collect(),
        }
    };
    photos.into_iter().map(view).collect()
}

/// A row of the trail as one reader may see it: units see no inspector, inspectors see no unit, nobody but the office
/// and the auditor sees accounts and devices.
pub fn project_event(mut event: Event, role: Role) -> Option<Event> {
    let full = role.is_office() || role == Role::Auditor;
    if full {
        return Some(event);
    }
    if event.office_only {
        return None;
    }
    event.actor_id = None;
    event.device_id = None;
    event.data = serde_json::Value::Null;
    if role == Role::Inspector || event.actor_role == Role::Inspector.as_str() {
        event.actor_unit_id = None;
        event.actor_unit_name = None;
    }
    if role == Role::Inspector {
        event.holder_unit_id = None;
        event.holder_unit_name = None;
        event.opinion = String::new();
    }
    Some(event)
}
