//! Shifts (班次): the hours worked on a work day, and the dates for which they hold. Knows neither holidays
//! nor units.

use jiff::SignedDuration;
use jiff::civil::{Date, Time};

/// One rule of working hours. Spans are in order, do not overlap, and lie inside one civil day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    valid_from: Option<Date>,
    valid_until: Option<Date>,
    spans: Vec<(Time, Time)>,
}

impl Shift {
    /// Hours for the dates from `valid_from` to `valid_until`, both included, open where `None`. Spans may
    /// touch and come in any order; none at all means that nobody works on those dates.
    pub fn new(
        valid_from: Option<Date>,
        valid_until: Option<Date>,
        mut spans: Vec<(Time, Time)>,
    ) -> Result<Self, ShiftError> {
        if let (Some(from), Some(until)) = (valid_from, valid_until)
            && until < from
        {
            return Err(ShiftError::NeverValid { from, until });
        }
        spans.sort_unstable();
        let mut previous: Option<(Time, Time)> = None;
        for &(from, until) in &spans {
            if let Some(time) = [from, until]
                .into_iter()
                .find(|time| !is_whole_minute(*time))
            {
                return Err(ShiftError::NotWholeMinutes(time));
            }
            if until <= from {
                return Err(ShiftError::Reversed { from, until });
            }
            if let Some((_, before)) = previous
                && from < before
            {
                return Err(ShiftError::Overlap { from, before });
            }
            previous = Some((from, until));
        }
        Ok(Self {
            valid_from,
            valid_until,
            spans,
        })
    }

    /// First date it holds for.
    #[must_use]
    pub const fn valid_from(&self) -> Option<Date> {
        self.valid_from
    }

    /// Last date it holds for.
    #[must_use]
    pub const fn valid_until(&self) -> Option<Date> {
        self.valid_until
    }

    /// Start and end of each span, in order.
    #[must_use]
    pub fn spans(&self) -> &[(Time, Time)] {
        &self.spans
    }

    /// Whether the rule holds on `date`.
    #[must_use]
    pub fn covers(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date)
            && self.valid_until.is_none_or(|until| date <= until)
    }
}

impl Default for Shift {
    /// 08:00–12:00 and 14:00–18:00 on every date.
    fn default() -> Self {
        let hour = |hour| Time::constant(hour, 0, 0, 0);
        Self {
            valid_from: None,
            valid_until: None,
            spans: vec![(hour(8), hour(12)), (hour(14), hour(18))],
        }
    }
}

fn is_whole_minute(time: Time) -> bool {
    time.duration_since(Time::midnight()) == SignedDuration::from_mins(minute_of_day(time))
}

fn minute_of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

/// Why a shift is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShiftError {
    /// A span of no or negative length; a night shift is two spans on two dates.
    #[error("the span from {from} to {until} does not end after it starts")]
    Reversed {
        /// Start of the span.
        from: Time,
        /// Its end.
        until: Time,
    },
    /// Two spans share time, which would count twice.
    #[error("the span from {from} starts before the one until {before} has ended")]
    Overlap {
        /// Start of the later span.
        from: Time,
        /// End of the earlier one.
        before: Time,
    },
    /// The clock counts whole seconds, and rosters whole minutes.
    #[error("{0} is not a whole minute")]
    NotWholeMinutes(Time),
    /// The rule would hold on no date.
    #[error("valid from {from} until {until}: never valid")]
    NeverValid {
        /// First date.
        from: Date,
        /// Last date, before the first.
        until: Date,
    },
}
