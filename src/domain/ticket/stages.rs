//! Stage accountability (在哪一环出了问题，就在哪一环追究责任): who held a ticket in which stage, for how long. Read from the trail alone.
//!
//! Instants are taken down to their second, so that spans join without a gap: wall time, and work time by the city's calendar, add up to
//! the whole exactly. Work time by each holder's own calendar is what the holder answers for; where units have shifts of their own it adds
//! up to nothing else, because no one calendar ran all the time.

use std::ops::Add;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::machine::State;
use super::trail::Event;
use crate::domain::calendar::WorkCalendar;

/// A stage (环节).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// 受理: the office decides whether it becomes a case.
    Triage,
    /// 签收: with the lead unit, not yet acknowledged.
    Acknowledging,
    /// 整改.
    Handling,
    /// 退件: the office dispatches it again.
    Returned,
    /// 争议: the office rules whose it is.
    Disputed,
    /// 挂账.
    Suspended,
    /// 核查.
    Recheck,
}

impl Stage {
    /// The stage of a state; none when nobody has to do anything any more.
    #[must_use]
    pub fn of(state: State) -> Option<Self> {
        match state {
            State::Triage => Some(Self::Triage),
            State::Dispatched => Some(Self::Acknowledging),
            State::Rectifying => Some(Self::Handling),
            State::Returned => Some(Self::Returned),
            State::Disputed => Some(Self::Disputed),
            State::Suspended => Some(Self::Suspended),
            State::AwaitingRecheck => Some(Self::Recheck),
            State::Closed | State::Rejected | State::Merged | State::Voided => None,
        }
    }

    /// The word used in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Acknowledging => "acknowledging",
            Self::Handling => "handling",
            Self::Returned => "returned",
            Self::Disputed => "disputed",
            Self::Suspended => "suspended",
            Self::Recheck => "recheck",
        }
    }
}

/// Who holds a ticket: a unit, or the office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The unit; none is the office.
    pub unit_id: Option<Uuid>,
    /// Its name.
    pub name: Option<String>,
}

/// How long, in whole seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// On the wall clock.
    pub wall_s: i64,
    /// Work time by the holder's own calendar.
    pub work_s: i64,
    /// Work time by the city's calendar.
    pub city_work_s: i64,
}

impl Add for Held {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            wall_s: self.wall_s + other.wall_s,
            work_s: self.work_s + other.work_s,
            city_work_s: self.city_work_s + other.city_work_s,
        }
    }
}

/// A time in which one holder had the ticket in one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Stage.
    pub stage: Stage,
    /// Who.
    pub holder: Holder,
    /// From when.
    pub since: Timestamp,
    /// Until when; none: it goes on.
    pub until: Option<Timestamp>,
    /// How long, up to now where it goes on.
    pub held: Held,
}

/// The spans of a ticket, in order, under the calendars now in force.
#[must_use]
pub fn spans(
    events: &[Event],
    now: Timestamp,
    calendar_of: impl Fn(Option<Uuid>) -> Arc<WorkCalendar>,
) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut last = Timestamp::MIN;
    for event in events {
        last = last.max(whole_second(event.at));
        let stage = Stage::of(event.to);
        if let Some(open) = spans.last_mut().filter(|span| span.until.is_none()) {
            if Some(open.stage) == stage && open.holder.unit_id == event.holder_unit_id {
                continue;
            }
            open.until = Some(last);
        }
        if let Some(stage) = stage {
            spans.push(Span {
                stage,
                holder: Holder {
                    unit_id: event.holder_unit_id,
                    name: event.holder_unit_name.clone(),
                },
                since: last,
                until: None,
                held: Held::default(),
            });
        }
    }
    let city = calendar_of(None);
    let now = whole_second(now).max(last);
    for span in &mut spans {
        let until = span.until.unwrap_or(now);
        let own = calendar_of(span.holder.unit_id);
        span.held = Held {
            wall_s: span.since.duration_until(until).as_secs(),
            work_s: own.work_time_between(span.since, until).as_secs(),
            city_work_s: city.work_time_between(span.since, until).as_secs(),
        };
    }
    spans
}

/// What each holder had in each stage altogether, in the order in which they first had it.
#[must_use]
pub fn sums(spans: &[Span]) -> Vec<(Stage, Holder, Held)> {
    let mut sums: Vec<(Stage, Holder, Held)> = Vec::new();
    for span in spans {
        let same = |(stage, holder, _): &&mut (Stage, Holder, Held)| {
            *stage == span.stage && holder.unit_id == span.holder.unit_id
        };
        match sums.iter_mut().find(same) {
            Some((.., held)) => *held = *held + span.held,
            None => sums.push((span.stage, span.holder.clone(), span.held)),
        }
    }
    sums
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_microsecond().div_euclid(1_000_000)).unwrap_or(at)
}
