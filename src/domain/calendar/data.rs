//! The calendar as a file: days off, make-up workdays (调休) and shifts, as a city loads them once a year.
//! Checks what a person may have mistyped; what days mean for a deadline is the work calendar's part.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::shift::{Shift, ShiftError};
use super::work::WorkCalendar;

/// The file, word for word; [`CalendarData`] is what it says once checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarFile {
    /// Where the days come from, for people.
    pub source: String,
    /// Last date the official notice covers.
    pub known_until: Date,
    /// Days nobody works; weekends may be named and need not be.
    pub off: Vec<Date>,
    /// Weekend days that are worked.
    pub make_up_workdays: Vec<Date>,
    /// Rules of working hours; a later one wins over an earlier one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<ShiftEntry>,
}

/// One rule of working hours in the file: the whole city's, or a unit's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftEntry {
    /// Code of the unit; none = the whole city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// First date, open when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// Last date (included), open when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// `[["08:00","12:00"],["14:00","18:00"]]`.
    pub spans: Vec<(Time, Time)>,
}

/// A checked official calendar (工作日历) of a city, with everybody's shifts. Reads and writes as
/// [`CalendarFile`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CalendarFile", into = "CalendarFile")]
pub struct CalendarData {
    source: String,
    known_until: Date,
    off: BTreeSet<Date>,
    make_up_workdays: BTreeSet<Date>,
    shifts: Vec<(Option<String>, Shift)>,
}

impl CalendarData {
    /// Where the days come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Last date the official notice covers; deadlines beyond it are provisional.
    #[must_use]
    pub const fn known_until(&self) -> Date {
        self.known_until
    }

    /// The calendar one unit works by, in the city's `zone`. `units` are the codes from the root of the
    /// unit tree down to the unit itself: a nearer unit's rules win over a farther one's, and the city's
    /// come last. No codes give the city's own calendar.
    #[must_use]
    pub fn work_calendar(&self, zone: TimeZone, units: &[&str]) -> WorkCalendar {
        let owners = std::iter::once(None).chain(units.iter().copied().map(Some));
        let shifts = owners.flat_map(|owner| {
            let of_owner = self
                .shifts
                .iter()
                .filter(move |(unit, _)| unit.as_deref() == owner);
            of_owner.map(|(_, shift)| shift.clone())
        });
        WorkCalendar::new(
            zone,
            self.known_until,
            self.off.clone(),
            self.make_up_workdays.clone(),
            shifts,
        )
    }
}

/// A day that one calendar has off and another works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayChange {
    /// The day.
    pub day: Date,
    /// Whether it is worked now.
    pub worked: bool,
}

impl CalendarData {
    /// Days that are worked under this calendar and not under the one before, or the other way round. Before the first
    /// calendar, and beyond the last date that one covers, weeks are plain.
    #[must_use]
    pub fn changed_days(&self, before: Option<&Self>) -> Vec<DayChange> {
        let listed = |data: &Self| -> Vec<Date> {
            data.off
                .iter()
                .chain(&data.make_up_workdays)
                .copied()
                .collect()
        };
        let mut days = listed(self);
        days.extend(before.into_iter().flat_map(listed));
        let days: BTreeSet<Date> = days.into_iter().collect();
        days.into_iter()
            .map(|day| (day, worked(Some(self), day)))
            .filter(|(day, now)| worked(before, *day) != *now)
            .map(|(day, worked)| DayChange { day, worked })
            .collect()
    }

    /// Whether everybody works the same hours as under another calendar.
    #[must_use]
    pub fn has_same_shifts(&self, other: &Self) -> bool {
        self.shifts == other.shifts
    }
}

fn worked(data: Option<&CalendarData>, day: Date) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    match data {
        Some(data) if data.make_up_workdays.contains(&day) => true,
        Some(data) if data.off.contains(&day) => false,
        _ => !weekend,
    }
}

impl TryFrom<CalendarFile> for CalendarData {
    type Error = CalendarError;

    fn try_from(file: CalendarFile) -> Result<Self, CalendarError> {
        let listed = file.off.iter().chain(&file.make_up_workdays);
        if let Some(&day) = listed.clone().find(|day| **day > file.known_until) {
            return Err(CalendarError::BeyondKnown {
                day,
                known_until: file.known_until,
            });
        }
        if let Some(&day) = listed
            .chain([&file.known_until])
            .find(|day| !in_range(**day))
        {
            return Err(CalendarError::OutOfRange(day));
        }
        let off = distinct("off", file.off)?;
        let make_up_workdays = distinct("make_up_workdays", file.make_up_workdays)?;
        if let Some(&day) = off.intersection(&make_up_workdays).next() {
            return Err(CalendarError::OffAndWorked(day));
        }
        let shifts = (1..).zip(file.shifts).map(|(number, entry)| {
            Shift::new(entry.valid_from, entry.valid_to, entry.spans)
                .map(|shift| (entry.unit, shift))
                .map_err(|reason| CalendarError::Shift { number, reason })
        });
        Ok(Self {
            source: file.source,
            known_until: file.known_until,
            shifts: shifts.collect::<Result<_, _>>()?,
            off,
            make_up_workdays,
        })
    }
}

impl From<CalendarData> for CalendarFile {
    fn from(data: CalendarData) -> Self {
        let shifts = data.shifts.into_iter().map(|(unit, shift)| ShiftEntry {
            unit,
            valid_from: shift.valid_from(),
            valid_to: shift.valid_until(),
            spans: shift.spans().to_vec(),
        });
        Self {
            source: data.source,
            known_until: data.known_until,
            off: data.off.into_iter().collect(),
            make_up_workdays: data.make_up_workdays.into_iter().collect(),
            shifts: shifts.collect(),
        }
    }
}

fn in_range(day: Date) -> bool {
    (WorkCalendar::FIRST_DAY..=WorkCalendar::LAST_DAY).contains(&day)
}

/// A day named twice is most likely another day mistyped.
fn distinct(list: &'static str, days: Vec<Date>) -> Result<BTreeSet<Date>, CalendarError> {
    let mut seen = BTreeSet::new();
    for day in days {
        if !seen.insert(day) {
            return Err(CalendarError::Twice { list, day });
        }
    }
    Ok(seen)
}

/// Why a calendar file is refused. JSON that does not fit [`CalendarFile`] is the reader's error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A day cannot be both.
    #[error("{0} is listed both as off and as a make-up workday")]
    OffAndWorked(Date),
    /// The file contradicts its own horizon.
    #[error("{day} is listed, but known_until is {known_until}")]
    BeyondKnown {
        /// The day.
        day: Date,
        /// Last date covered.
        known_until: Date,
    },
    /// Outside the years the engine reckons with.
    #[error(
        "{0} is outside {first} to {last}",
        first = WorkCalendar::FIRST_DAY,
        last = WorkCalendar::LAST_DAY
    )]
    OutOfRange(Date),
    /// A day named twice in one list.
    #[error("{day} is listed twice in {list}")]
    Twice {
        /// `off` or `make_up_workdays`.
        list: &'static str,
        /// The day.
        day: Date,
    },
    /// A rule of working hours that cannot be.
    #[error("shift {number}: {reason}")]
    Shift {
        /// Place in the file's list, from 1.
        number: usize,
        /// What is wrong with it.
        reason: ShiftError,
    },
}
