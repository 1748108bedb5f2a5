//! The golden vectors of the product page (the last one, a suspension, is in `clock`).

use xuncha::domain::calendar::LimitUnit::{NaturalDay, UrgentHour, WorkDay, WorkHour};
use xuncha::domain::calendar::{Due, Limit};

use super::{CALENDAR, at, close_of_nth_day, limit};

#[test]
fn golden_vectors_hold() {
    let vectors: [(&str, Limit, &str, bool); 10] = [
        (
            "2026-02-13 17:00",
            limit(4, WorkHour),
            "2026-02-14 11:00",
            false,
        ),
        (
            "2026-02-14 17:00",
            limit(4, WorkHour),
            "2026-02-24 11:00",
            false,
        ),
        (
            "2026-09-19 10:00",
            limit(2, WorkHour),
            "2026-09-20 10:00",
            false,
        ),
        (
            "2026-09-30 16:00",
            limit(1, WorkDay),
            "2026-10-08 16:00",
            false,
        ),
        (
            "2026-11-20 11:30",
            limit(2, WorkHour),
            "2026-11-20 15:30",
            false,
        ),
        (
            "2026-11-21 10:00",
            limit(4, WorkHour),
            "2026-11-23 12:00",
            false,
        ),
        (
            "2026-10-01 23:30",
            limit(2, UrgentHour),
            "2026-10-02 01:30",
            false,
        ),
        (
            "2026-12-30 15:00",
            limit(3, WorkDay),
            "2027-01-04 15:00",
            true,
        ),
        (
            "2026-09-25 09:00",
            limit(3, NaturalDay),
            "2026-09-28 09:00",
            false,
        ),
        (
            "2026-09-29 10:00",
            close_of_nth_day(2),
            "2026-10-08 18:00",
            false,
        ),
    ];
    for (start, limit, due, provisional) in vectors {
        let expected = Due {
            at: at(due),
            provisional,
        };
        let actual = CALENDAR.due(at(start), &limit);
        assert_eq!(actual, expected, "{start} + {limit:?}");
    }
}

#[test]
fn the_last_known_day_is_not_provisional_and_the_next_one_is() {
    let from = at("2026-12-31 16:00");

    assert_eq!(
        CALENDAR.due(from, &limit(2, WorkHour)),
        Due {
            at: at("2026-12-31 18:00"),
            provisional: false
        }
    );
    assert_eq!(
        CALENDAR.due(from, &limit(3, WorkHour)),
        Due {
            at: at("2027-01-01 09:00"),
            provisional: true
        }
    );
}

#[test]
fn lateness_walked_back_over_unknown_days_is_provisional() {
    let due = CALENDAR.add_work_time(
        at("2027-01-04 09:00"),
        jiff::SignedDuration::from_hours(-17),
    );

    assert_eq!(
        due,
        Due {
            at: at("2026-12-30 18:00"),
            provisional: true
        }
    );
}

#[test]
fn wall_clock_limits_are_never_provisional() {
    let from = at("2026-12-30 15:00");

    assert!(!CALENDAR.due(from, &limit(30, NaturalDay)).provisional);
    assert!(!CALENDAR.due(from, &limit(72, UrgentHour)).provisional);
    assert!(
        !CALENDAR
            .due(from, &Limit::Fixed(at("2027-03-01 18:00")))
            .provisional
    );
}

#[test]
fn work_time_stands_still_over_a_holiday() {
    let hours = |from, until| CALENDAR.work_time_between(at(from), at(until)).as_hours();

    assert_eq!(hours("2026-09-30 18:00", "2026-10-08 08:00"), 0);
    assert_eq!(hours("2026-09-30 17:00", "2026-10-08 09:00"), 2);
    assert_eq!(hours("2026-10-08 09:00", "2026-09-30 17:00"), -2);
}
