//! The deadline engine against the demo city's calendar.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use xuncha::domain::calendar::{
    CalendarData, CalendarFile, Limit, LimitUnit, LimitValue, ShiftEntry, WorkCalendar,
    WorkDayCounting,
};

mod clock;
mod data;
mod properties;
mod shifts;
mod vectors;

const DEMO: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/calendar.json"));

/// The calendar that the demo city works by.
pub static CALENDAR: LazyLock<WorkCalendar> = LazyLock::new(|| city(demo_file()));

/// Working hours that change on 1 June and 1 October, as many cities' do.
static SEASONAL: LazyLock<WorkCalendar> = LazyLock::new(|| {
    let mut file = demo_file();
    file.shifts = vec![summer_hours()];
    city(file)
});

fn demo_file() -> CalendarFile {
    serde_json::from_str(DEMO).expect("the demo calendar is valid")
}

fn summer_hours() -> ShiftEntry {
    ShiftEntry {
        unit: None,
        valid_from: Some(date("2026-06-01")),
        valid_to: Some(date("2026-09-30")),
        spans: vec![span("08:00", "12:00"), span("14:30", "18:30")],
    }
}

fn span(from: &str, until: &str) -> (jiff::civil::Time, jiff::civil::Time) {
    let time = |text: &str| text.parse().expect("a time");
    (time(from), time(until))
}

fn city(file: CalendarFile) -> WorkCalendar {
    let data = CalendarData::try_from(file).expect("a valid calendar");
    data.work_calendar(zone(), &[])
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").expect("the zone is bundled")
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

/// An instant in the city's civil time.
fn at(text: &str) -> Timestamp {
    let civil: DateTime = text.parse().expect("a civil date and time");
    zone().to_timestamp(civil).expect("in range")
}

fn limit(value: u32, unit: LimitUnit) -> Limit {
    Limit::new(value, unit, WorkDayCounting::ElapsedHours).expect("a sane limit")
}

fn close_of_nth_day(value: u32) -> Limit {
    let value = LimitValue::try_from(value).expect("a sane limit");
    Limit::WorkDays(value, WorkDayCounting::CloseOfNthDay)
}
