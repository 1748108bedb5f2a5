//! What a unit asks of the office for a ticket (延期, 挂账, 申诉), and the forced closing (强制结案) that one supervisor opens and
//! another confirms. What they share is that somebody asks, with a reason, and somebody else decides; what each of them does is
//! its own.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;

use super::machine::{Command, Party, State};
use super::routing::UnitRef;
use super::{LeadUnit, Ticket};
use crate::domain::calendar::WorkCalendar;

/// Most extensions of one ticket.
pub const MAX_EXTENSIONS: u32 = 2;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RequestKind {
    /// 延期: one more original limit.
    Extension,
    /// 挂账: the clock stands still until a date.
    Suspension,
    /// 申诉: a late closing that statistics should leave out.
    Appeal,
    /// 强制结案: closed by decision of two supervisors.
    ForceClosing,
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Extension,
        Self::Suspension,
        Self::Appeal,
        Self::ForceClosing,
    ];

    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::Suspension => "suspension",
            Self::Appeal => "appeal",
            Self::ForceClosing => "force_closing",
        }
    }

    /// Whether units never learn of it: a forced closing is news only once it is confirmed.
    pub fn is_office_only(self) -> bool {
        self == Self::ForceClosing
    }

    /// Whether an open one still means anything in this state; else it lapses.
    pub fn holds_in(self, state: State) -> bool {
        match self {
            Self::Extension | Self::Suspension => state == State::Rectifying,
            Self::Appeal => state == State::Closed,
            Self::ForceClosing => state.is_open(),
        }
    }
}

/// A word that is none of those allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a word of requests")]
pub struct UnknownWord(pub String);

impl FromStr for RequestKind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// What has become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestState {
    /// 待审批.
    Open,
    /// 同意.
    Approved,
    /// 不同意.
    Refused,
    /// 失效: the ticket left the state in which it made sense, before anybody decided.
    Lapsed,
}

impl RequestState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Approved, Self::Refused, Self::Lapsed];

    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Lapsed => "lapsed",
        }
    }
}

impl FromStr for RequestState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// How a fault is lived with that cannot be put right yet (挂账).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspensionPlan {
    /// 整改计划.
    pub plan: String,
    /// 临时措施: what keeps people safe until then.
    pub temporary_measure: String,
    /// The day on which the clock runs again, from its first minute: every hour worked on that day counts, whatever the shifts.
    pub resume_on: Date,
}

impl SuspensionPlan {
    /// The instant from which the clock runs again: 00:00 of the day, in the calendar's zone.
    pub fn resume_at(&self, calendar: &WorkCalendar) -> Option<Timestamp> {
        let start = self.resume_on.to_zoned(calendar.zone().clone()).ok()?;
        Some(start.timestamp())
    }

    /// Whether the day is later than today and no more than a year away.
    pub fn is_within_a_year(&self, calendar: &WorkCalendar, now: Timestamp) -> bool {
        let today = now.to_zoned(calendar.zone().clone()).date();
        let last = today.checked_add(1.year()).unwrap_or(today);
        self.resume_on > today && self.resume_on <= last
    }
}

/// What is asked for, with what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matter {
    /// 延期.
    Extension,
    /// 挂账.
    Suspension(SuspensionPlan),
    /// 申诉.
    Appeal,
    /// 强制结案.
    ForceClosing,
}

impl Matter {
    /// Its kind.
    pub fn kind(&self) -> RequestKind {
        match self {
            Self::Extension => RequestKind::Extension,
            Self::Suspension(_) => RequestKind::Suspension,
            Self::Appeal => RequestKind::Appeal,
            Self::ForceClosing => RequestKind::ForceClosing,
        }
    }
}

/// A request (申请).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Server-made, v4.
    pub id: Uuid,
    /// The ticket.
    pub ticket_id: Uuid,
    /// What is asked for.
    pub matter: Matter,
    /// What has become of it.
    pub state: RequestState,
    /// Who asked.
    pub asked_by: Uuid,
    /// For which unit, by its name then; none for the office.
    pub unit: Option<LeadUnit>,
    /// When.
    pub asked_at: Timestamp,
    /// Why.
    pub reason: String,
    /// When it should have been decided.
    pub decide_due_at: Timestamp,
    /// Who decided; nobody decides that a request lapses.
    pub decided_by: Option<Uuid>,
    /// When it was decided, or lapsed.
    pub decided_at: Option<Timestamp>,
    /// 意见.
    pub opinion: String,
}

impl Request {
    /// Its kind.
    pub fn kind(&self) -> RequestKind {
        self.matter.kind()
    }
}

/// The open request of a kind, of which a ticket has at most one.
pub fn open(requests: &[Request], kind: RequestKind) -> Option<&Request> {
    requests
        .iter()
        .find(|request| request.state == RequestState::Open && request.kind() == kind)
}

/// Why a command that the machine allows cannot be given now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hindrance {
    /// One of the kind waits for its decision already.
    RequestOpen,
    /// None of the kind waits for a decision.
    NoRequest,
    /// Both extensions are used up.
    ExtensionsSpent,
    /// The deadline has passed: no extension any more.
    Overdue,
    /// The day on which it should resume has come before the decision.
    ResumeDatePassed,
    /// It was not closed late.
    NotLate,
    /// There was an appeal before.
    AppealedBefore,
    /// Whoever opened it cannot confirm it.
    SecondPerson,
    /// No slip waits for a reply.
    NoSlip,
    /// Nothing awaits a recheck that somebody could be asked to make.
    NoRecheck,
    /// The submission's photos are not all here.
    PhotosPending,
}

/// What decides, beside the machine, whether a command can be given now.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Every request of the ticket.
    pub requests: &'a [Request],
    /// Whether a slip of the ticket waits for a reply of the caller's.
    pub owes_reply: bool,
    /// Who is asking.
    pub caller: Uuid,
    /// The calendar whose days count.
    pub calendar: &'a WorkCalendar,
    /// Now.
    pub now: Timestamp,
}

impl Ticket {
    /// What hinders a command that the machine allows. Both asking for an extension and approving it are judged by their own
    /// moment: a deadline that has passed is never moved, since the lists that showed it must stay true. A unit that asked in
    /// time and was answered too late has the appeal.
    pub fn hindrance(
        &self,
        command: Command,
        parties: &[Party],
        situation: &Situation<'_>,
    ) -> Option<Hindrance> {
        let open = |kind| open(situation.requests, kind);
        let none_open = |kind| open(kind).map(|_| Hindrance::RequestOpen);
        let one_open = |kind| open(kind).is_none().then_some(Hindrance::NoRequest);
        match command {
            Command::RequestExtension => {
                none_open(RequestKind::Extension).or_else(|| self.no_extension(situation.now))
            }
            Command::ApproveExtension => {
                one_open(RequestKind::Extension).or_else(|| self.no_extension(situation.now))
            }
            Command::RefuseExtension => one_open(RequestKind::Extension),
            Command::RequestSuspension => none_open(RequestKind::Suspension),
            Command::ApproveSuspension => {
                match open(RequestKind::Suspension).map(|it| &it.matter) {
                    Some(Matter::Suspension(plan)) => {
                        let resume_at = plan.resume_at(situation.calendar);
                        let passed = resume_at.is_none_or(|at| at <= situation.now);
                        passed.then_some(Hindrance::ResumeDatePassed)
                    }
                    _ => Some(Hindrance::NoRequest),
                }
            }
            Command::RefuseSuspension => one_open(RequestKind::Suspension),
            Command::RequestAppeal => self.no_appeal(situation.requests),
            Command::ApproveAppeal | Command::RefuseAppeal => one_open(RequestKind::Appeal),
            Command::ForceClose => none_open(RequestKind::ForceClosing),
            Command::RefuseForceClose => one_open(RequestKind::ForceClosing),
            Command::ConfirmForceClose => match open(RequestKind::ForceClosing) {
                None => Some(Hindrance::NoRequest),
                Some(opened) => {
                    (opened.asked_by == situation.caller).then_some(Hindrance::SecondPerson)
                }
            },
            Command::Reply => (!situation.owes_reply).then_some(Hindrance::NoSlip),
            Command::Assign => {
                let works_on_it = parties.contains(&Party::LeadUnit);
                let is_rechecked = self.state == State::AwaitingRecheck;
                (!works_on_it && !is_rechecked).then_some(Hindrance::NoRecheck)
            }
            Command::Recheck => self.photos_pending().then_some(Hindrance::PhotosPending),
            _ => None,
        }
    }

    fn no_extension(&self, now: Timestamp) -> Option<Hindrance> {
        if self.extensions >= MAX_EXTENSIONS {
            return Some(Hindrance::ExtensionsSpent);
        }
        self.is_overdue_at(now).then_some(Hindrance::Overdue)
    }

    fn no_appeal(&self, requests: &[Request]) -> Option<Hindrance> {
        if !self.closed_late() {
            return Some(Hindrance::NotLate);
        }
        match requests
            .iter()
            .find(|request| request.kind() == RequestKind::Appeal)
        {
            Some(appeal) if appeal.state == RequestState::Open => Some(Hindrance::RequestOpen),
            Some(_) => Some(Hindrance::AppealedBefore),
            None => None,
        }
    }

    /// 同意延期: the deadline moves by one original limit.
    pub fn extend(&mut self, calendar: &WorkCalendar, now: Timestamp) {
        if let Some(clock) = &mut self.clock {
            clock.extend(calendar);
        }
        self.extensions = self.extensions.saturating_add(1);
        self.touch(now);
    }

    /// 同意挂账: the clock stands still until then.
    pub fn suspend(&mut self, until: Timestamp, now: Timestamp) {
        self.state = State::Suspended;
        self.suspended_until = Some(until);
        self.stop_clock(now);
        self.touch(now);
    }

    /// The day has come: the clock runs again from the day's own beginning, however late somebody gets to it.
    pub fn resume(&mut self, calendar: &WorkCalendar, now: Timestamp) {
        let Some(until) = self.suspended_until.take() else {
            return;
        };
        self.state = State::Rectifying;
        if let Some(clock) = &mut self.clock {
            clock.resume(calendar, until);
        }
        self.touch(now);
    }

    /// 申诉成立: statistics leave it out. It was late all the same.
    pub fn exempt(&mut self, now: Timestamp) {
        self.exempt = true;
        self.touch(now);
    }

    /// 强制结案, confirmed. A submission that was never complete counts for nothing.
    pub fn force_close(&mut self, now: Timestamp) {
        if self.photos_due_at.take().is_some() {
            self.submitted_at = None;
            if let Some(clock) = &mut self.clock {
                clock.withdraw_stop();
            }
        }
        self.suspended_until = None;
        self.forced = true;
        self.stop_clock(now);
        self.close(now);
        self.touch(now);
    }

    /// 移交: another unit stands where the lead unit stood. State, limit and requests stay, and the clock runs on.
    pub fn hand_over(&mut self, unit: UnitRef, now: Timestamp) {
        self.routing.name(unit.clone());
        self.lead = Some(LeadUnit {
            id: unit.id,
            name: unit.name,
        });
        self.assignee_id = None;
        self.touch(now);
    }

    /// 指派: who of the lead unit works on it.
    pub fn assign(&mut self, assignee: Option<Uuid>, now: Timestamp) {
        self.assignee_id = assignee;
        self.touch(now);
    }

    /// 督办: one level more.
    pub fn supervise(&mut self, now: Timestamp) {
        self.supervision_level = self.supervision_level.saturating_add(1);
        self.touch(now);
    }
}
