//! Overdue tickets (超期未结) as they were known at an instant, and how late each is.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
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

/// A ticket of a list by deadline, as it was known at the list's instant.
#[derive(Debug, Clone)]
pub struct DueTicket {
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

impl DueTicket {
    /// Until when it is late at an instant: that instant, or when it was submitted where that came too late.
    fn late_until(&self, at: Timestamp) -> Timestamp {
        match (self.submitted_at, self.photos_due_at) {
            (Some(_), Some(photos_due_at)) if photos_due_at < at => at,
            (Some(submitted_at), _) => submitted_at.min(at),
            (None, _) => at,
        }
    }
}

/// Tells how late tickets are at one instant. The calendar is walked to the instant once, then only from one deadline's day to the next: of a
/// long list each walk of its own would take longer than all the rest.
#[derive(Debug)]
pub struct LatenessMeter {
    at: Timestamp,
    walked: Vec<(Arc<WorkCalendar>, Walked)>,
}

/// Work time from beginnings of days to the instant.
type Walked = BTreeMap<Timestamp, SignedDuration>;

impl LatenessMeter {
    /// At this instant.
    pub const fn new(at: Timestamp) -> Self {
        Self {
            at,
            walked: Vec::new(),
        }
    }

    /// How late a ticket is, by the calendar of its lead unit.
    pub fn measure(&mut self, ticket: &DueTicket, calendar: &Arc<WorkCalendar>) -> Lateness {
        let (due, until) = (ticket.due.at, ticket.late_until(self.at));
        let work_time = match midnight_after(due, calendar) {
            Some(midnight) if until == self.at && midnight < until => {
                calendar.work_time_between(due, midnight) + self.work_time_from(midnight, calendar)
            }
            _ => calendar.work_time_between(due, until),
        };
        Lateness {
            wall_s: due.duration_until(until).as_secs(),
            work_s: work_time.as_secs(),
        }
    }

    fn work_time_from(
        &mut self,
        midnight: Timestamp,
        calendar: &Arc<WorkCalendar>,
    ) -> SignedDuration {
        let at = self.at;
        let known = self
            .walked
            .iter_mut()
            .find(|(of, _)| Arc::ptr_eq(of, calendar));
        let Some((_, walked)) = known else {
            let work_time = calendar.work_time_between(midnight, at);
            let first = Walked::from([(midnight, work_time)]);
            self.walked.push((Arc::clone(calendar), first));
            return work_time;
        };
        let before = walked.range(..=midnight).next_back();
        let work_time = match (before, walked.range(midnight..).next()) {
            (Some((&earlier, &longer)), _) => {
                longer - calendar.work_time_between(earlier, midnight)
            }
            (None, Some((&later, &shorter))) => {
                shorter + calendar.work_time_between(midnight, later)
            }
            (None, None) => calendar.work_time_between(midnight, at),
        };
        walked.insert(midnight, work_time);
        work_time
    }
}

/// The end of the day in the calendar's zone.
fn midnight_after(at: Timestamp, calendar: &WorkCalendar) -> Option<Timestamp> {
    let day = at
        .to_zoned(calendar.zone().clone())
        .date()
        .tomorrow()
        .ok()?;
    let start = day.to_zoned(calendar.zone().clone()).ok()?;
    Some(start.timestamp())
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
