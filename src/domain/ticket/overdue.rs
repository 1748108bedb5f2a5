//! Overdue tickets (超期未结) as they were known at an instant, and how late each is.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use super::machine::State;
use super::{DistrictName, LeadUnit, Ticket};
use crate::domain::calendar::{Due, WorkCalendar};
use crate::domain::catalogue::ItemKey;

impl Ticket {
    /// Overdue at every instant later than this, as long as nothing happens; none: at no instant. Its clock runs past its deadline, or
    /// what was submitted came too late: after the deadline, or with photos that were not here a day later.
    pub fn overdue_after(&self) -> Option<Timestamp> {
        let due = self.clock.as_ref()?.due.at;
        match (self.state, self.submitted_at) {
            (State::Dispatched | State::Rectifying, _) => Some(due),
            (State::AwaitingRecheck, Some(submitted)) if submitted > due => Some(Timestamp::MIN),
            (State::AwaitingRecheck, _) => self.photos_due_at.map(|limit| limit.max(due)),
            _ => None,
        }
    }

    /// 超期未结 at an instant.
    pub fn is_overdue_at(&self, at: Timestamp) -> bool {
        self.overdue_after().is_some_and(|after| after < at)
    }
}

/// A ticket of the overdue list, as it was known at the list's instant.
#[derive(Debug, Clone)]
pub struct OverdueTicket {
    /// The ticket.
    pub id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// Where it stood.
    pub state: State,
    /// Catalogue item.
    pub item: ItemKey,
    /// Description.
    pub text: String,
    /// District.
    pub district: Option<DistrictName>,
    /// Lead unit.
    pub lead: Option<LeadUnit>,
    /// 配合单位, by name.
    pub cooperating: Vec<String>,
    /// When the lead unit got it.
    pub dispatched_at: Option<Timestamp>,
    /// The deadline.
    pub due: Due,
    /// When it was submitted, if it was.
    pub submitted_at: Option<Timestamp>,
    /// When its missing photos should have been here.
    pub photos_due_at: Option<Timestamp>,
    /// 督办级别.
    pub supervision_level: u32,
}

impl OverdueTicket {
    /// How late it is at an instant: until then, or until it was submitted where that came too late.
    pub fn lateness_at(&self, at: Timestamp, calendar: &WorkCalendar) -> Lateness {
        let until = match (self.submitted_at, self.photos_due_at) {
            (Some(_), Some(photos_due_at)) if photos_due_at < at => at,
            (Some(submitted_at), _) => submitted_at.min(at),
            (None, _) => at,
        };
        Lateness {
            wall_s: self.due.at.duration_until(until).as_secs(),
            work_s: calendar.work_time_between(self.due.at, until).as_secs(),
        }
    }
}

/// How late a ticket is (超期时长).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    /// Seconds on the wall clock.
    pub wall_s: i64,
    /// Seconds of work time: they do not grow over a holiday.
    pub work_s: i64,
}

impl Lateness {
    /// Whole days, of 24 hours or of 8 work hours.
    pub const fn days(self, kind: DayKind) -> i64 {
        match kind {
            DayKind::Natural => self.wall_s / (24 * 3_600),
            DayKind::Work => self.work_s / (8 * 3_600),
        }
    }
}

/// What days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DayKind {
    /// 自然日.
    #[default]
    Natural,
    /// 工作日.
    Work,
}

impl DayKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Natural, Self::Work];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Natural => "natural",
            Self::Work => "work",
        }
    }
}

impl fmt::Display for DayKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No kind of day has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of day {0:?}")]
pub struct UnknownDayKind(String);

impl FromStr for DayKind {
    type Err = UnknownDayKind;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        known.ok_or_else(|| UnknownDayKind(word.to_owned()))
    }
}
