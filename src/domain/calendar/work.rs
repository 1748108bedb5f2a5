//! The work calendar (工作日历) of one unit: which hours are worked, and arithmetic on them.
//!
//! Work time is reckoned in civil time of the zone, a day at a time, so that a year costs microseconds.
//! Every walk ends: instants are clamped to the years between [`WorkCalendar::FIRST_DAY`] and
//! [`WorkCalendar::LAST_DAY`], and what cannot be reached saturates there, marked provisional. Nothing here
//! fails or panics.

use std::collections::BTreeSet;
use std::iter::successors;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::limit::{Limit, LimitValue, WorkDayCounting};
use super::shift::Shift;

/// A deadline (处置期限).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Due {
    /// The last instant in time.
    pub at: Timestamp,
    /// It rests on days no official calendar covers yet, taken as plain weeks: to be computed again.
    pub provisional: bool,
}

impl Due {
    const fn firm(at: Timestamp) -> Self {
        Self {
            at,
            provisional: false,
        }
    }
}

/// Working time of one unit in one time zone.
#[derive(Clone, Debug)]
pub struct WorkCalendar {
    zone: TimeZone,
    known_until: Date,
    off: BTreeSet<Date>,
    make_up_workdays: BTreeSet<Date>,
    shifts: Vec<Shift>,
}

impl WorkCalendar {
    /// First day the engine reckons with.
    pub const FIRST_DAY: Date = Date::constant(1970, 1, 1);
    /// Last day the engine reckons with.
    pub const LAST_DAY: Date = Date::constant(2099, 12, 31);

    /// After `known_until` weeks are plain, Monday to Friday. A later shift wins over an earlier one; where
    /// none holds, 08:00–12:00 and 14:00–18:00 do.
    #[must_use]
    pub fn new(
        zone: TimeZone,
        known_until: Date,
        off: BTreeSet<Date>,
        make_up_workdays: BTreeSet<Date>,
        shifts: impl IntoIterator<Item = Shift>,
    ) -> Self {
        Self {
            zone,
            known_until,
            off,
            make_up_workdays,
            shifts: std::iter::once(Shift::default()).chain(shifts).collect(),
        }
    }

    /// The zone whose civil days these are.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether another unit of the same city works the same hours.
    #[must_use]
    pub fn works_like(&self, other: &Self) -> bool {
        self.shifts == other.shifts
    }

    /// Whether anybody works on `date` (工作日).
    #[must_use]
    pub fn is_work_day(&self, date: Date) -> bool {
        !self.spans_on(date).is_empty()
    }

    /// The deadline of a limit whose clock starts at `start` and never stops.
    #[must_use]
    pub fn due(&self, start: Timestamp, limit: &Limit) -> Due {
        let hours = |value: LimitValue| SignedDuration::from_hours(value.get().into());
        match *limit {
            Limit::UrgentHours(value) => Due::firm(wall_after(start, hours(value))),
            Limit::WorkHours(value) => self.add_work_time(start, hours(value)),
            Limit::WorkDays(value, WorkDayCounting::ElapsedHours) => {
                self.add_work_time(start, hours(value) * 8)
            }
            Limit::WorkDays(value, WorkDayCounting::CloseOfNthDay) => {
                self.close_of_nth_day(start, value)
            }
            Limit::NaturalDays(value) => Due::firm(self.natural_days_after(start, value)),
            Limit::Fixed(at) => Due::firm(at),
        }
    }

    /// Work time from `a` to `b`; negative when `b` is before `a`.
    #[must_use]
    pub fn work_time_between(&self, a: Timestamp, b: Timestamp) -> SignedDuration {
        if b < a {
            return -self.work_time_between(b, a);
        }
        let (a, b) = (self.civil(a), self.civil(b));
        days_from(a.date())
            .take_while(|date| *date <= b.date())
            .flat_map(|date| {
                let spans = self.spans_on(date).iter();
                spans.map(move |&(open, close)| {
                    let open = date.to_datetime(open).max(a);
                    let close = date.to_datetime(close).min(b);
                    close.duration_since(open).max(SignedDuration::ZERO)
                })
            })
            .sum()
    }

    /// The earliest instant with exactly `duration` of work time between `start` and it; a negative
    /// duration goes back. So the answer is the end of a shift and never the start of the next one, and
    /// adding nothing outside a shift gives the end of the last one.
    #[must_use]
    pub fn add_work_time(&self, start: Timestamp, duration: SignedDuration) -> Due {
        let start = self.civil(start);
        if duration.is_positive() {
            self.landing(start, self.forward(start, duration), Self::LAST_DAY)
        } else {
            let back = duration.checked_neg().unwrap_or(SignedDuration::MAX);
            self.landing(start, self.backward(start, back), Self::FIRST_DAY)
        }
    }

    /// The end of the last shift of the day `due` falls on.
    pub(super) fn close_of_day(&self, due: Due) -> Due {
        let close = self.close_on(self.civil(due.at).date());
        Due {
            at: close.map_or(due.at, |close| self.instant(close)),
            ..due
        }
    }

    fn close_of_nth_day(&self, start: Timestamp, value: LimitValue) -> Due {
        let start = self.civil(start);
        let closes = days_from(start.date())
            .skip(1)
            .filter_map(|date| self.close_on(date));
        let close = closes.zip(1..).find(|(_, n)| *n == value.get());
        let close = close.map(|(close, _)| close);
        self.landing(start, close, Self::LAST_DAY)
    }

    fn natural_days_after(&self, start: Timestamp, value: LimitValue) -> Timestamp {
        let later = self
            .zone
            .to_datetime(start)
            .saturating_add(i64::from(value.get()).days());
        self.instant(later)
    }

    fn forward(&self, start: DateTime, mut left: SignedDuration) -> Option<DateTime> {
        let mut not_before = start.time();
        for date in days_from(start.date()) {
            for &(open, close) in self.spans_on(date) {
                let open = open.max(not_before);
                let length = close.duration_since(open).max(SignedDuration::ZERO);
                if left <= length {
                    return Some(date.to_datetime(open).saturating_add(left));
                }
                left -= length;
            }
            not_before = Time::MIN;
        }
        None
    }

    fn backward(&self, start: DateTime, mut left: SignedDuration) -> Option<DateTime> {
        let mut not_after = start.time();
        for date in days_back_from(start.date()) {
            for &(open, close) in self.spans_on(date).iter().rev() {
                let close = close.min(not_after);
                let length = close.duration_since(open).max(SignedDuration::ZERO);
                if left < length {
                    return Some(date.to_datetime(close).saturating_sub(left));
                }
                left -= length;
            }
            not_after = Time::MAX;
        }
        None
    }

    /// A walk touches the days between its two ends only, so the later end tells whether it left the
    /// official calendar.
    fn landing(&self, start: DateTime, end: Option<DateTime>, unreachable: Date) -> Due {
        match end {
            Some(end) => Due {
                at: self.instant(end),
                provisional: start.max(end).date() > self.known_until,
            },
            None => Due {
                at: self.instant(unreachable.to_datetime(Time::MIN)),
                provisional: true,
            },
        }
    }

    fn close_on(&self, date: Date) -> Option<DateTime> {
        let (_, close) = self.spans_on(date).last()?;
        Some(date.to_datetime(*close))
    }

    fn spans_on(&self, date: Date) -> &[(Time, Time)] {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let worked = if date > self.known_until {
            !weekend
        } else if weekend {
            self.make_up_workdays.contains(&date)
        } else {
            !self.off.contains(&date)
        };
        if !worked {
            return &[];
        }
        let shift = self.shifts.iter().rev().find(|shift| shift.covers(date));
        shift.map_or(&[], Shift::spans)
    }

    fn civil(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at).clamp(
            Self::FIRST_DAY.to_datetime(Time::MIN),
            Self::LAST_DAY.to_datetime(Time::MAX),
        )
    }

    fn instant(&self, civil: DateTime) -> Timestamp {
        let at = self.zone.to_timestamp(civil);
        at.unwrap_or(Timestamp::MAX)
    }
}

/// Only calendar units can make this addition fail, and a duration has none.
pub(super) fn wall_after(start: Timestamp, duration: SignedDuration) -> Timestamp {
    start.saturating_add(duration).unwrap_or(start)
}

fn days_from(first: Date) -> impl Iterator<Item = Date> {
    successors(Some(first), |date| date.tomorrow().ok())
        .take_while(|date| *date <= WorkCalendar::LAST_DAY)
}

fn days_back_from(last: Date) -> impl Iterator<Item = Date> {
    successors(Some(last), |date| date.yesterday().ok())
        .take_while(|date| *date >= WorkCalendar::FIRST_DAY)
}
