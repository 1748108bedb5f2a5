//! Stories of one ticket's clock.

use jiff::SignedDuration;
use xuncha::domain::calendar::LimitUnit::{NaturalDay, UrgentHour, WorkDay, WorkHour};
use xuncha::domain::calendar::{Basis, DeadlineClock, Due, Limit, Step, WorkCalendar};

use super::{CALENDAR, at, city, close_of_nth_day, date, demo_file, limit};

fn started(limit: Limit, start: &str) -> DeadlineClock {
    DeadlineClock::start(&CALENDAR, limit, at(start))
}

fn pause(clock: &mut DeadlineClock, from: &str, until: &str) {
    clock.stop(at(from));
    clock.resume(&CALENDAR, at(until));
}

fn seconds(clock: &DeadlineClock, when: &str) -> i64 {
    clock.remaining(&CALENDAR, at(when)).seconds
}

/// The demo calendar and a 2027 whose first working day is Monday the 4th.
fn with_2027() -> WorkCalendar {
    let mut file = demo_file();
    file.known_until = date("2027-12-31");
    file.off.push(date("2027-01-01"));
    city(file)
}

#[test]
fn golden_vector_of_a_suspension() {
    let mut clock = started(limit(8, WorkHour), "2026-09-29 16:00");

    pause(&mut clock, "2026-09-30 08:00", "2026-10-08 08:00");

    assert_eq!(seconds(&clock, "2026-10-08 08:00"), 6 * 3600);
    assert_eq!(
        clock.due,
        Due {
            at: at("2026-10-08 16:00"),
            provisional: false
        }
    );
}

#[test]
fn a_stopped_clock_stands_still_and_keeps_its_due() {
    let mut clock = started(limit(8, WorkHour), "2026-09-29 16:00");
    let due = clock.due;
    clock.stop(at("2026-09-30 08:00"));
    clock.stop(at("2026-09-30 11:00"));

    assert!(!clock.is_running());
    assert_eq!(clock.stopped_at(), Some(at("2026-09-30 08:00")));
    assert_eq!(clock.due, due);
    assert_eq!(seconds(&clock, "2026-12-01 08:00"), 6 * 3600);
    let shown = clock.remaining_work_time(&CALENDAR, at("2026-12-01 08:00"));
    assert_eq!(shown, SignedDuration::from_hours(6));
}

#[test]
fn a_running_clock_cannot_resume() {
    let mut clock = started(limit(8, WorkHour), "2026-09-29 16:00");
    let before = clock.clone();

    clock.resume(&CALENDAR, at("2026-10-08 08:00"));

    assert_eq!(clock, before);
}

#[test]
fn wall_limits_pause_on_wall_time() {
    let mut urgent = started(limit(2, UrgentHour), "2026-10-01 23:30");
    pause(&mut urgent, "2026-10-02 00:00", "2026-10-02 10:00");
    assert_eq!(urgent.due.at, at("2026-10-02 11:30"));

    let mut natural = started(limit(3, NaturalDay), "2026-09-25 09:00");
    natural.stop(at("2026-09-26 09:00"));
    let remaining = natural.remaining(&CALENDAR, at("2026-09-27 00:00"));
    assert_eq!(
        (remaining.seconds, remaining.basis),
        (2 * 86_400, Basis::Wall)
    );
    natural.resume(&CALENDAR, at("2026-10-01 12:00"));
    assert_eq!(natural.due.at, at("2026-10-03 12:00"));
}

#[test]
fn no_pause_moves_a_fixed_limit() {
    let mut clock = started(Limit::Fixed(at("2026-10-15 18:00")), "2026-09-25 09:00");
    clock.stop(at("2026-09-26 09:00"));
    assert_eq!(
        seconds(&clock, "2026-10-15 17:00"),
        3600,
        "it runs on while stopped"
    );
    clock.resume(&CALENDAR, at("2026-10-16 09:00"));
    assert_eq!(clock.due.at, at("2026-10-15 18:00"));
}

#[test]
fn a_pause_never_forgives_lateness() {
    let mut work = started(limit(2, WorkHour), "2026-11-23 08:00");
    work.stop(at("2026-11-23 15:00"));
    assert_eq!(seconds(&work, "2026-11-23 15:00"), -3 * 3600);
    work.resume(&CALENDAR, at("2026-11-30 09:00"));
    assert_eq!(work.due.at, at("2026-11-27 16:00"));
    assert_eq!(seconds(&work, "2026-11-30 09:00"), -3 * 3600);

    let mut urgent = started(limit(1, UrgentHour), "2026-11-23 08:00");
    pause(&mut urgent, "2026-11-23 09:30", "2026-11-30 00:00");
    assert_eq!(urgent.due.at, at("2026-11-29 23:30"));

    let mut days = started(close_of_nth_day(1), "2026-11-23 08:00");
    pause(&mut days, "2026-11-25 09:00", "2026-11-30 11:00");
    assert_eq!(
        days.due.at,
        at("2026-11-30 10:00"),
        "not the close of the 30th"
    );
}

#[test]
fn close_of_day_counting_resumes_to_a_close_of_day() {
    let mut clock = started(close_of_nth_day(2), "2026-09-29 10:00");

    pause(&mut clock, "2026-10-08 10:00", "2026-10-09 16:00");

    assert_eq!(
        clock.due.at,
        at("2026-10-10 18:00"),
        "6 h left end on the make-up Saturday"
    );
}

#[test]
fn an_extension_adds_one_original_limit() {
    let extended = |limit, start| {
        let mut clock = started(limit, start);
        clock.extend(&CALENDAR);
        clock.due.at
    };
    assert_eq!(
        extended(limit(4, WorkHour), "2026-02-13 17:00"),
        at("2026-02-14 17:00")
    );
    assert_eq!(
        extended(limit(3, NaturalDay), "2026-09-25 09:00"),
        at("2026-10-01 09:00")
    );
    assert_eq!(
        extended(close_of_nth_day(2), "2026-09-29 10:00"),
        at("2026-10-10 18:00")
    );
    let fixed = Limit::Fixed(at("2026-10-15 18:00"));
    assert_eq!(extended(fixed, "2026-10-05 18:00"), at("2026-10-25 18:00"));
}

#[test]
fn an_extension_counts_through_a_later_pause() {
    let mut clock = started(limit(1, WorkDay), "2026-11-23 08:00");
    clock.extend(&CALENDAR);

    pause(&mut clock, "2026-11-23 12:00", "2026-11-26 14:00");

    assert_eq!(seconds(&clock, "2026-11-26 14:00"), 12 * 3600);
    assert_eq!(clock.due.at, at("2026-11-27 18:00"));
}

#[test]
fn a_withdrawn_stop_has_never_been() {
    let mut returned = started(limit(8, WorkHour), "2026-11-23 08:00");
    pause(&mut returned, "2026-11-23 09:00", "2026-11-23 10:00");
    let before = returned.clone();

    returned.stop(at("2026-11-23 11:00"));
    returned.withdraw_stop();
    assert_eq!(returned, before);

    returned.withdraw_stop();
    assert_eq!(returned, before, "a finished pause stays");
}

#[test]
fn an_instant_out_of_order_counts_as_the_last_step() {
    let mut clock = started(limit(8, WorkHour), "2026-11-23 08:00");
    let due = clock.due;

    clock.stop(at("2026-11-23 10:00"));
    clock.resume(&CALENDAR, at("2026-11-23 09:00"));

    assert_eq!(clock.due, due);
    assert_eq!(
        clock.steps.last(),
        Some(&Step::Resumed(at("2026-11-23 10:00")))
    );
}

#[test]
fn a_loaded_calendar_settles_provisional_deadlines() {
    let mut clock = started(limit(3, WorkDay), "2026-12-30 15:00");
    assert_eq!(
        clock.due,
        Due {
            at: at("2027-01-04 15:00"),
            provisional: true
        }
    );

    clock.recompute(&with_2027());

    assert_eq!(
        clock.due,
        Due {
            at: at("2027-01-05 15:00"),
            provisional: false
        }
    );
}

#[test]
fn a_loaded_calendar_also_settles_pauses_of_the_unknown_days() {
    let mut clock = started(limit(3, WorkDay), "2026-12-30 15:00");
    pause(&mut clock, "2027-01-04 10:00", "2027-01-06 08:00");
    assert_eq!(
        clock.due,
        Due {
            at: at("2027-01-06 11:00"),
            provisional: true
        }
    );

    clock.recompute(&with_2027());

    assert_eq!(
        clock.due,
        Due {
            at: at("2027-01-07 11:00"),
            provisional: false
        }
    );

    let mut stopped = started(close_of_nth_day(2), "2026-12-30 15:00");
    stopped.stop(at("2026-12-31 08:00"));
    stopped.recompute(&with_2027());
    assert!(!stopped.is_running());
    assert_eq!(
        stopped.due,
        Due {
            at: at("2027-01-04 18:00"),
            provisional: false
        }
    );
}

#[test]
fn a_corrected_limit_keeps_the_pauses() {
    let mut clock = started(limit(2, WorkHour), "2026-11-23 08:00");
    pause(&mut clock, "2026-11-23 09:00", "2026-11-24 09:00");

    let corrected = DeadlineClock::replay(
        &CALENDAR,
        limit(4, WorkHour),
        clock.started_at,
        &clock.steps,
    );

    assert_eq!(clock.due.at, at("2026-11-24 10:00"));
    assert_eq!(corrected.due.at, at("2026-11-24 12:00"));
}

#[test]
fn a_clock_is_stored_and_read_back() {
    let mut clock = started(close_of_nth_day(2), "2026-09-29 10:00");
    pause(&mut clock, "2026-10-08 10:00", "2026-10-09 16:00");
    clock.extend(&CALENDAR);

    let stored = serde_json::to_string(&clock).expect("JSON");
    let read: DeadlineClock = serde_json::from_str(&stored).expect("a clock");

    assert_eq!(read, clock);
}
