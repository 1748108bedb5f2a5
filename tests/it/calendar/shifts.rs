//! Seasonal and per-unit working hours, and calendars at the edge of sense.

use jiff::{SignedDuration, Timestamp};
use xuncha::domain::calendar::LimitUnit::{WorkDay, WorkHour};
use xuncha::domain::calendar::{CalendarData, Limit, LimitUnit, Shift, ShiftEntry, WorkCalendar};

use super::{
    CALENDAR, SEASONAL, at, close_of_nth_day, date, demo_file, limit, span, summer_hours, zone,
};

#[test]
fn hours_may_change_in_the_middle_of_a_limit() {
    let friday_before_june = at("2026-05-29 16:00");

    let due = SEASONAL.due(friday_before_june, &limit(8, WorkHour));
    assert_eq!(due.at, at("2026-06-01 16:30"));

    let due = SEASONAL.due(friday_before_june, &close_of_nth_day(1));
    assert_eq!(due.at, at("2026-06-01 18:30"));

    let due = SEASONAL.due(at("2026-09-30 18:00"), &limit(1, WorkHour));
    assert_eq!(due.at, at("2026-10-08 08:30"));
}

#[test]
fn a_work_day_is_eight_hours_even_where_shifts_are_shorter() {
    let mut file = demo_file();
    file.shifts = vec![ShiftEntry {
        spans: vec![span("08:00", "12:00")],
        ..everybody()
    }];
    let half_days = super::city(file);

    let due = half_days.due(at("2026-11-23 08:00"), &limit(1, WorkDay));
    assert_eq!(due.at, at("2026-11-24 12:00"));
}

#[test]
fn the_nearest_unit_with_a_rule_decides_and_then_the_latest_rule() {
    let mut file = demo_file();
    let of = |unit: &str, from, until| ShiftEntry {
        unit: Some(unit.to_owned()),
        spans: vec![span(from, until)],
        ..everybody()
    };
    file.shifts = vec![
        of("371602-sanitation", "05:00", "11:00"),
        of("371602", "09:00", "17:00"),
        of("371602-sanitation", "06:00", "12:00"),
        summer_hours(),
    ];
    let data = CalendarData::try_from(file).expect("a valid calendar");
    let monday = at("2026-07-06 00:00");
    let first_hour_ends = |units: &[&str]| {
        data.work_calendar(zone(), units)
            .due(monday, &limit(1, WorkHour))
            .at
    };

    assert_eq!(
        first_hour_ends(&["371602", "371602-sanitation"]),
        at("2026-07-06 07:00")
    );
    assert_eq!(
        first_hour_ends(&["371602", "371602-parks"]),
        at("2026-07-06 10:00")
    );
    assert_eq!(first_hour_ends(&["371603"]), at("2026-07-06 09:00"));
}

#[test]
fn a_make_up_day_is_worked_and_a_holiday_is_not() {
    assert!(CALENDAR.is_work_day(date("2026-02-14")));
    assert!(!CALENDAR.is_work_day(date("2026-02-16")));
    assert!(!CALENDAR.is_work_day(date("2026-11-21")));
    assert!(
        CALENDAR.is_work_day(date("2027-01-01")),
        "unknown: a plain Friday"
    );
}

#[test]
fn a_calendar_nobody_works_by_ends_at_the_horizon() {
    let nobody = Shift::new(None, None, Vec::new()).expect("no spans are allowed");
    let calendar = WorkCalendar::new(zone(), date("2026-12-31"), [].into(), [].into(), [nobody]);
    let start = at("2026-11-21 10:00");

    for limit in [limit(1, WorkHour), close_of_nth_day(1)] {
        let due = calendar.due(start, &limit);
        assert_eq!(due.at, at("2099-12-31 00:00"));
        assert!(due.provisional);
    }
    assert!(calendar.work_time_between(start, Timestamp::MAX).is_zero());
    let back = calendar.add_work_time(start, SignedDuration::from_secs(-1));
    assert_eq!(back.at, at("1970-01-01 00:00"));
}

#[test]
fn any_instant_and_any_duration_get_an_answer() {
    let instants = [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX];
    let durations = [
        SignedDuration::MIN,
        SignedDuration::ZERO,
        SignedDuration::MAX,
    ];
    for start in instants {
        for duration in durations {
            let _ = CALENDAR.add_work_time(start, duration);
        }
        for end in instants {
            let there = CALENDAR.work_time_between(start, end);
            assert_eq!(CALENDAR.work_time_between(end, start), -there);
        }
        for unit in LimitUnit::ALL {
            let due = |value| CALENDAR.due(start, &limit_or_fixed(value, unit)).at;
            assert!(due(1) <= due(1000));
        }
        assert!(CALENDAR.due(start, &close_of_nth_day(1000)).at <= Timestamp::MAX);
    }
}

fn limit_or_fixed(value: u32, unit: LimitUnit) -> Limit {
    match unit {
        LimitUnit::Fixed => Limit::Fixed(Timestamp::MAX),
        unit => limit(value, unit),
    }
}

fn everybody() -> ShiftEntry {
    ShiftEntry {
        unit: None,
        valid_from: None,
        valid_to: None,
        spans: Vec::new(),
    }
}
