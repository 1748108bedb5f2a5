//! The escalation ladder (督办阶梯): so many days late, and a ticket is brought to the next level, with a slip to whoever has to answer
//! then. It is data that an administrator sets; the version that fired stays beside each slip.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::domain::calendar::WorkCalendar;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;

/// Most rungs.
const MAX_RUNGS: usize = 9;
/// Most days.
const MAX_DAYS: u32 = 366;
/// Most work hours to reply in.
const MAX_REPLY_WORK_H: u32 = 2_000;

/// How days late are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// 工作日: 8 work hours of the lead unit's calendar each.
    WorkDay,
    /// 自然日: the same time of day so many days later.
    NaturalDay,
}

/// To whom a slip is addressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// 责任单位: the lead unit.
    #[default]
    Lead,
    /// 属地: the office of the district that the lead unit serves; the lead unit itself where there is none.
    District,
}

/// One rung: what brings a ticket to the next level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// So many days after its deadline.
    pub days_late: u32,
    /// Days of which sort.
    pub count: DayCount,
    /// Who has to answer.
    #[serde(default)]
    pub to: Addressee,
    /// Work hours for the reply; none is what the policy for slips says.
    #[serde(default)]
    pub reply_work_h: Option<u32>,
}

/// The rungs, lowest first: the n-th brings a ticket to level n.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Rung>", into = "Vec<Rung>")]
pub struct Ladder(Vec<Rung>);

/// Rungs that make no ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLadder {
    /// More than anybody climbs.
    #[error("a ladder has at most {MAX_RUNGS} rungs")]
    TooMany,
    /// A figure that no city can mean.
    #[error("days_late is 1 to {MAX_DAYS}, reply_work_h 1 to {MAX_REPLY_WORK_H}")]
    OutOfRange,
    /// A rung of the same sort of days that is not above the one before it.
    #[error("each rung is later than the one below it")]
    NotRising,
}

impl TryFrom<Vec<Rung>> for Ladder {
    type Error = NoLadder;

    fn try_from(rungs: Vec<Rung>) -> Result<Self, NoLadder> {
        if rungs.len() > MAX_RUNGS {
            return Err(NoLadder::TooMany);
        }
        let within = |rung: &Rung| {
            let reply = rung.reply_work_h.unwrap_or(1);
            (1..=MAX_DAYS).contains(&rung.days_late) && (1..=MAX_REPLY_WORK_H).contains(&reply)
        };
        if !rungs.iter().all(within) {
            return Err(NoLadder::OutOfRange);
        }
        let rises =
            |low: &Rung, high: &Rung| low.count != high.count || low.days_late < high.days_late;
        if !rungs.is_sorted_by(rises) {
            return Err(NoLadder::NotRising);
        }
        Ok(Self(rungs))
    }
}

impl From<Ladder> for Vec<Rung> {
    fn from(ladder: Ladder) -> Self {
        ladder.0
    }
}

impl Default for Ladder {
    /// 超期 1、3、7 个工作日.
    fn default() -> Self {
        let rung = |days_late, to| Rung {
            days_late,
            count: DayCount::WorkDay,
            to,
            reply_work_h: None,
        };
        Self(vec![
            rung(1, Addressee::Lead),
            rung(3, Addressee::District),
            rung(7, Addressee::District),
        ])
    }
}

impl Ladder {
    /// The rungs with the levels that they bring to.
    pub fn rungs(&self) -> impl Iterator<Item = (u32, &Rung)> {
        (1..).zip(&self.0)
    }

    /// The rung above a level.
    pub fn above(&self, level: u32) -> Option<(u32, &Rung)> {
        self.rungs()
            .find(|(next, _)| level.checked_add(1) == Some(*next))
    }
}

impl Rung {
    /// The latest deadline of which this rung is reached by `now`.
    pub fn latest_due(&self, calendar: &WorkCalendar, now: Timestamp) -> Timestamp {
        /// The instant with that much work time after it is the end of a shift where there are several: a second less leads into the next.
        const SECOND: SignedDuration = SignedDuration::from_secs(1);
        match self.count {
            DayCount::WorkDay => {
                let late = SignedDuration::from_hours(8 * i64::from(self.days_late));
                calendar.add_work_time(now, SECOND - late).at - SECOND
            }
            DayCount::NaturalDay => {
                let zone = calendar.zone();
                let then = zone.to_datetime(now);
                let then = then.saturating_sub(i64::from(self.days_late).days());
                zone.to_timestamp(then).unwrap_or(Timestamp::MIN)
            }
        }
    }

    /// Why a ticket is brought to its level, as the slip says it.
    pub fn reason(&self, level: u32, version: u32) -> String {
        let days = match self.count {
            DayCount::WorkDay => "个工作日",
            DayCount::NaturalDay => "日",
        };
        let late = self.days_late;
        format!("超期满 {late} {days}仍未整改，按督办阶梯（第 {version} 版）第 {level} 级督办")
    }
}

/// Whether a ticket grows later as of an instant: nobody has submitted it, or its photos did not come in time.
pub fn grows_later(ticket: &Ticket, now: Timestamp) -> bool {
    match ticket.state {
        State::Dispatched | State::Rectifying => true,
        State::AwaitingRecheck => ticket.photos_due_at.is_some_and(|due| due < now),
        _ => false,
    }
}

/// Hours of the day in which nothing is issued (免打扰时段), over midnight where they end before they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// First minute.
    pub from: Time,
    /// First minute after.
    pub until: Time,
}

impl QuietHours {
    /// Whether a time of day is among them.
    pub fn contain(&self, time: Time) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}
