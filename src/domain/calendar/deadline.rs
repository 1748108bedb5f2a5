//! The ticket's clock (时限): starts at dispatch, stops and resumes, and pauses in the limit's own unit.
//!
//! It keeps the facts (when it was started, stopped, resumed, extended) beside the deadline they give, so
//! that a calendar loaded later, or a corrected limit, gives the deadline that should have been. Whether a
//! stop is allowed is not its business.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::limit::{Basis, Limit, WorkDayCounting};
use super::work::{Due, WorkCalendar, wall_after};

/// What happened to a clock after its start, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Submitted, returned, disputed or suspended.
    Stopped(Timestamp),
    /// Running again.
    Resumed(Timestamp),
    /// 延期: one more original limit.
    Extended,
}

/// Time left, as of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Remaining {
    /// Seconds of `basis`; negative once late.
    pub seconds: i64,
    /// What the seconds are.
    pub basis: Basis,
}

/// A clock, as plain data. It counts whole seconds: the instants it is given are taken down to their
/// second, and one before the last step counts as that step's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadlineClock {
    /// The limit, frozen at filing.
    pub limit: Limit,
    /// Dispatch, or release of a sealed finding.
    pub started_at: Timestamp,
    /// What happened since.
    pub steps: Vec<Step>,
    /// The deadline as last computed; while stopped, the one it was stopped under.
    pub due: Due,
}

impl DeadlineClock {
    /// A running clock with the full limit.
    #[must_use]
    pub fn start(calendar: &WorkCalendar, limit: Limit, at: Timestamp) -> Self {
        let started_at = whole_second(at);
        Self {
            limit,
            started_at,
            steps: Vec::new(),
            due: calendar.due(started_at, &limit),
        }
    }

    /// A clock that lived through `steps`: under another calendar, or another limit (a corrected item).
    #[must_use]
    pub fn replay(
        calendar: &WorkCalendar,
        limit: Limit,
        started_at: Timestamp,
        steps: &[Step],
    ) -> Self {
        let mut clock = Self::start(calendar, limit, started_at);
        for step in steps {
            match *step {
                Step::Stopped(at) => clock.stop(at),
                Step::Resumed(at) => clock.resume(calendar, at),
                Step::Extended => clock.extend(calendar),
            }
        }
        clock
    }

    /// Computes the deadline anew under a calendar loaded since, pauses included. A stopped clock stays
    /// stopped. Meant for provisional deadlines; a firm one moves only if the calendar was corrected.
    pub fn recompute(&mut self, calendar: &WorkCalendar) {
        *self = Self::replay(calendar, self.limit, self.started_at, &self.steps);
    }

    /// Stands still from `at` on. A stopped clock stays as it is.
    pub fn stop(&mut self, at: Timestamp) {
        if self.is_running() {
            let at = self.not_before_last_step(at);
            self.steps.push(Step::Stopped(at));
        }
    }

    /// Runs again from `at` with the time, or the lateness, it had when stopped. A running clock stays as
    /// it is. A fixed limit does not move; close-of-day counting runs to the close of the day on which the
    /// time left ends, unless it was already used up.
    pub fn resume(&mut self, calendar: &WorkCalendar, at: Timestamp) {
        let Some(stopped_at) = self.stopped_at() else {
            return;
        };
        let left = self.time_left(calendar, stopped_at);
        let at = self.not_before_last_step(at);
        self.steps.push(Step::Resumed(at));
        self.due = match self.limit {
            Limit::Fixed(_) => self.due,
            Limit::UrgentHours(_) | Limit::NaturalDays(_) => Due {
                at: wall_after(at, left),
                ..self.due
            },
            Limit::WorkDays(_, WorkDayCounting::CloseOfNthDay) if left.is_positive() => {
                calendar.close_of_day(calendar.add_work_time(at, left))
            }
            Limit::WorkHours(_) | Limit::WorkDays(..) => calendar.add_work_time(at, left),
        };
    }

    /// Forgets the last stop, as if it had never been: a return refused by redispatching to the same unit,
    /// a submission whose photos did not come. Does nothing to a running clock.
    pub fn withdraw_stop(&mut self) {
        if self.is_running() {
            return;
        }
        let stop = |step: &Step| matches!(step, Step::Stopped(_));
        if let Some(index) = self.steps.iter().rposition(stop) {
            self.steps.remove(index);
        }
    }

    /// 延期: moves the deadline by one original limit, as if it started again at the deadline. For a fixed
    /// instant that is the time from the start to it.
    pub fn extend(&mut self, calendar: &WorkCalendar) {
        self.steps.push(Step::Extended);
        self.due = match self.limit {
            Limit::Fixed(at) => Due {
                at: wall_after(
                    self.due.at,
                    self.started_at.duration_until(at).max(SignedDuration::ZERO),
                ),
                ..self.due
            },
            limit => calendar.due(self.due.at, &limit),
        };
    }

    /// Whether time is being used up.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.stopped_at().is_none()
    }

    /// Since when it stands still; `None` while it runs.
    #[must_use]
    pub fn stopped_at(&self) -> Option<Timestamp> {
        let last = self.steps.iter().rev().find_map(|step| match *step {
            Step::Stopped(at) => Some(Some(at)),
            Step::Resumed(_) => Some(None),
            Step::Extended => None,
        });
        last.flatten()
    }

    /// Time left at `at` in the limit's own unit, frozen while stopped (but for a fixed limit, which no
    /// pause moves).
    #[must_use]
    pub fn remaining(&self, calendar: &WorkCalendar, at: Timestamp) -> Remaining {
        let at = self.effective(at);
        Remaining {
            seconds: self.time_left(calendar, at).as_secs(),
            basis: self.limit.basis(),
        }
    }

    /// Work time left at `at` whatever the unit, negative once late: what people are shown, because it
    /// does not fall over a holiday.
    #[must_use]
    pub fn remaining_work_time(&self, calendar: &WorkCalendar, at: Timestamp) -> SignedDuration {
        calendar.work_time_between(self.effective(at), self.due.at)
    }

    fn time_left(&self, calendar: &WorkCalendar, at: Timestamp) -> SignedDuration {
        match self.limit.basis() {
            Basis::Work => calendar.work_time_between(at, self.due.at),
            Basis::Wall => at.duration_until(self.due.at),
        }
    }

    /// The instant the clock shows at `at`.
    fn effective(&self, at: Timestamp) -> Timestamp {
        let stopped_at = match self.limit {
            Limit::Fixed(_) => None,
            _ => self.stopped_at(),
        };
        stopped_at.unwrap_or_else(|| whole_second(at))
    }

    fn not_before_last_step(&self, at: Timestamp) -> Timestamp {
        let last = self.steps.iter().rev().find_map(|step| match *step {
            Step::Stopped(at) | Step::Resumed(at) => Some(at),
            Step::Extended => None,
        });
        whole_second(at).max(last.unwrap_or(self.started_at))
    }
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
