//! Official calendars.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::calendar::{CalendarData, CalendarFile};
use crate::domain::reference::CalendarVersion;

/// One import of the official calendar (工作日历).
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarOut {
    /// Id.
    id: Uuid,
    /// Last date that it covers; deadlines beyond it are provisional.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    known_until: jiff::civil::Date,
    /// Where its days come from.
    source: String,
    /// When it came into force.
    imported_at: Timestamp,
    /// Whether it is in force.
    current: bool,
}

impl CalendarOut {
    fn new(version: CalendarVersion, current: bool) -> Self {
        Self {
            id: version.id,
            known_until: version.known_until,
            source: version.source,
            imported_at: version.imported_at,
            current,
        }
    }
}

/// Every import of a calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarsOut {
    /// The one in force first.
    items: Vec<CalendarOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

impl From<Vec<CalendarVersion>> for CalendarsOut {
    fn from(versions: Vec<CalendarVersion>) -> Self {
        let items = versions.into_iter().enumerate();
        Self {
            items: items
                .map(|(place, version)| CalendarOut::new(version, place == 0))
                .collect(),
            next_cursor: None,
        }
    }
}

/// The calendar in force, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrentCalendarOut {
    #[serde(flatten)]
    version: CalendarOut,
    /// Days nobody works.
    #[schema(value_type = Vec<String>, example = json!(["2026-10-01"]))]
    off: Vec<jiff::civil::Date>,
    /// Weekend days that are worked (调休).
    #[schema(value_type = Vec<String>, example = json!(["2026-10-10"]))]
    make_up_workdays: Vec<jiff::civil::Date>,
    /// Rules of working hours; a later one wins over an earlier one.
    shifts: Vec<ShiftOut>,
}

/// A rule of working hours: the whole city's, or a unit's.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShiftOut {
    /// Code of the unit; null for the whole city.
    unit: Option<String>,
    /// First date; null when open.
    #[schema(value_type = Option<String>, format = Date)]
    valid_from: Option<jiff::civil::Date>,
    /// Last date; null when open.
    #[schema(value_type = Option<String>, format = Date)]
    valid_to: Option<jiff::civil::Date>,
    /// Start and end of each span.
    #[schema(value_type = Vec<Vec<String>>, example = json!([["08:00:00", "12:00:00"]]))]
    spans: Vec<(jiff::civil::Time, jiff::civil::Time)>,
}

impl From<(CalendarVersion, CalendarData)> for CurrentCalendarOut {
    fn from((version, data): (CalendarVersion, CalendarData)) -> Self {
        let file = CalendarFile::from(data);
        let shifts = file.shifts.into_iter().map(|shift| ShiftOut {
            unit: shift.unit,
            valid_from: shift.valid_from,
            valid_to: shift.valid_to,
            spans: shift.spans,
        });
        Self {
            version: CalendarOut::new(version, true),
            off: file.off,
            make_up_workdays: file.make_up_workdays,
            shifts: shifts.collect(),
        }
    }
}
