//! What holds for every start, limit and pause.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;
use xuncha::domain::calendar::{
    DeadlineClock, Due, Limit, LimitValue, Step, WorkCalendar, WorkDayCounting,
};
use xuncha::domain::catalogue::ItemKey;
use xuncha::domain::ticket::machine::State;
use xuncha::domain::ticket::overdue::{DueTicket, LatenessMeter};

use super::{CALENDAR, SEASONAL, at, zone};

fn calendars() -> impl Strategy<Value = &'static WorkCalendar> {
    prop_oneof![Just(&*CALENDAR), Just(&*SEASONAL)]
}

/// Milliseconds of the years 2025 and 2026, night and day.
fn instants() -> impl Strategy<Value = Timestamp> {
    let (from, until) = (at("2025-01-01 00:00"), at("2026-12-31 23:59"));
    (from.as_millisecond()..until.as_millisecond())
        .prop_map(|ms| Timestamp::from_millisecond(ms).expect("in range"))
}

/// Up to thirty work days, forward or back.
fn durations() -> impl Strategy<Value = SignedDuration> {
    (-240 * 3_600_000_i64..240 * 3_600_000).prop_map(SignedDuration::from_millis)
}

fn pauses() -> impl Strategy<Value = SignedDuration> {
    (0..60 * 86_400_i64).prop_map(SignedDuration::from_secs)
}

fn values() -> impl Strategy<Value = LimitValue> {
    (1..40_u32).prop_map(|value| LimitValue::try_from(value).expect("a sane limit"))
}

/// Limits whose remaining time no resumption rounds.
fn exact_limits() -> impl Strategy<Value = Limit> {
    prop_oneof![
        values().prop_map(Limit::UrgentHours),
        values().prop_map(Limit::WorkHours),
        values().prop_map(|value| Limit::WorkDays(value, WorkDayCounting::ElapsedHours)),
        values().prop_map(Limit::NaturalDays),
    ]
}

fn limits() -> impl Strategy<Value = Limit> {
    prop_oneof![
        4 => exact_limits(),
        1 => values().prop_map(|value| Limit::WorkDays(value, WorkDayCounting::CloseOfNthDay)),
        1 => instants().prop_map(Limit::Fixed),
    ]
}

fn late_ticket(
    due_at: Timestamp,
    submitted_at: Option<Timestamp>,
    photos_due_at: Option<Timestamp>,
) -> DueTicket {
    DueTicket {
        id: Uuid::nil(),
        number: None,
        state: State::AwaitingRecheck,
        item: ItemKey {
            scheme: String::new(),
            version: String::new(),
            code: String::new(),
        },
        text: String::new(),
        district: None,
        lead: None,
        cooperating: Vec::new(),
        dispatched_at: None,
        due: Due {
            at: due_at,
            provisional: false,
        },
        submitted_at,
        photos_due_at,
        supervision_level: 0,
    }
}

proptest! {
    #[test]
    fn lateness_is_told_alike_whether_the_calendar_was_walked_before_or_not(
        calendar in calendars(),
        at in instants(),
        tickets in prop::collection::vec((instants(), prop::option::of(instants()), prop::option::of(instants())), 1..12),
    ) {
        let calendar = Arc::new(calendar.clone());
        let mut meter = LatenessMeter::new(at);
        for (due_at, submitted_at, photos_due_at) in tickets {
            let ticket = late_ticket(due_at, submitted_at, photos_due_at);
            let late = meter.measure(&ticket, &calendar);
            let until = match (submitted_at, photos_due_at) {
                (Some(submitted_at), Some(photos_due_at)) if photos_due_at >= at => submitted_at.min(at),
                (Some(submitted_at), None) => submitted_at.min(at),
                _ => at,
            };
            prop_assert_eq!(late.work_s, calendar.work_time_between(due_at, until).as_secs());
            prop_assert_eq!(late.wall_s, due_at.duration_until(until).as_secs());
        }
    }

    #[test]
    fn adding_work_time_is_monotone(
        calendar in calendars(),
        (a, b) in (instants(), instants()),
        (short, long) in (durations(), durations()),
    ) {
        let (a, b) = (a.min(b), a.max(b));
        let (short, long) = (short.min(long), short.max(long));
        prop_assert!(calendar.add_work_time(a, short).at <= calendar.add_work_time(b, short).at);
        prop_assert!(calendar.add_work_time(a, short).at <= calendar.add_work_time(a, long).at);
    }

    #[test]
    fn a_due_lies_inside_a_shift_or_at_its_end(start in instants(), duration in durations()) {
        let due = zone().to_datetime(CALENDAR.add_work_time(start, duration).at);
        let inside = |from, until| {
            let hour = |hour| Time::constant(hour, 0, 0, 0);
            hour(from) < due.time() && due.time() <= hour(until)
        };
        prop_assert!(CALENDAR.is_work_day(due.date()));
        prop_assert!(inside(8, 12) || inside(14, 18), "{}", due);
    }

    #[test]
    fn exactly_the_duration_lies_between_start_and_due(
        calendar in calendars(), start in instants(), duration in durations(),
    ) {
        let due = calendar.add_work_time(start, duration);
        prop_assert_eq!(calendar.work_time_between(start, due.at), duration);
    }

    #[test]
    fn adding_and_taking_away_returns(
        calendar in calendars(), start in instants(), duration in durations(),
    ) {
        let start = calendar.add_work_time(start, SignedDuration::ZERO).at;
        let there = calendar.add_work_time(start, duration).at;
        prop_assert_eq!(calendar.add_work_time(there, -duration).at, start);
    }

    #[test]
    fn work_time_adds_up(
        calendar in calendars(), a in instants(), b in instants(), c in instants(),
    ) {
        let between = |a, b| calendar.work_time_between(a, b);
        prop_assert_eq!(between(a, b) + between(b, c), between(a, c));
    }

    #[test]
    fn quarters_of_an_hour_counted_one_by_one_agree(
        start in instants(), quarters in 1..100_i64,
    ) {
        let quarter = SignedDuration::from_mins(15);
        let start = start - SignedDuration::from_millis(start.as_millisecond() % 900_000);
        let (mut now, mut left) = (start, quarters);
        while left > 0 {
            let civil = zone().to_datetime(now);
            if CALENDAR.is_work_day(civil.date()) && matches!(civil.hour(), 8..12 | 14..18) {
                left -= 1;
            }
            now += quarter;
        }
        let minutes = SignedDuration::from_mins(15 * quarters);
        prop_assert_eq!(CALENDAR.add_work_time(start, minutes).at, now);
    }

    #[test]
    fn a_pause_of_no_length_changes_nothing(
        calendar in calendars(), limit in limits(), start in instants(), run in pauses(),
    ) {
        let mut clock = DeadlineClock::start(calendar, limit, start);
        let due = clock.due.at;
        clock.stop(start + run);
        clock.resume(calendar, start + run);
        prop_assert_eq!(clock.due.at, due);
    }

    #[test]
    fn a_pause_keeps_the_remaining_time_or_lateness(
        calendar in calendars(), limit in exact_limits(), start in instants(),
        run in pauses(), pause in pauses(),
    ) {
        let mut clock = DeadlineClock::start(calendar, limit, start);
        let before = clock.remaining(calendar, start + run);
        clock.stop(start + run);
        prop_assert_eq!(clock.remaining(calendar, start + run + pause), before);
        clock.resume(calendar, start + run + pause);
        prop_assert_eq!(clock.remaining(calendar, start + run + pause), before);
        prop_assert!(before.seconds <= 0 || clock.due.at > start + run + pause);
    }

    #[test]
    fn close_of_day_counting_ends_with_a_day_and_takes_nothing(
        start in instants(), value in values(), run in pauses(), pause in pauses(),
    ) {
        let limit = Limit::WorkDays(value, WorkDayCounting::CloseOfNthDay);
        let mut clock = DeadlineClock::start(&CALENDAR, limit, start);
        let before = clock.remaining(&CALENDAR, start + run).seconds;
        clock.stop(start + run);
        clock.resume(&CALENDAR, start + run + pause);
        let after = clock.remaining(&CALENDAR, start + run + pause).seconds;
        if before > 0 {
            prop_assert_eq!(zone().to_datetime(clock.due.at).hour(), 18);
            prop_assert!((before..before + 8 * 3600).contains(&after));
        } else {
            prop_assert_eq!(after, before);
        }
    }

    #[test]
    fn running_stretches_add_up_to_the_limit(
        hours in values(), start in instants(),
        stretches in prop::collection::vec((pauses(), pauses()), 0..4),
    ) {
        let mut clock = DeadlineClock::start(&CALENDAR, Limit::WorkHours(hours), start);
        let (mut now, mut used) = (clock.started_at, SignedDuration::ZERO);
        for (run, pause) in stretches {
            used += CALENDAR.work_time_between(now, now + run);
            clock.stop(now + run);
            now += run + pause;
            clock.resume(&CALENDAR, now);
        }
        used += CALENDAR.work_time_between(now, clock.due.at);
        prop_assert_eq!(used, SignedDuration::from_hours(hours.get().into()));
    }

    #[test]
    fn a_replayed_clock_is_the_clock(
        calendar in calendars(), limit in limits(), start in instants(),
        steps in prop::collection::vec((0..3_u8, pauses()), 0..8),
    ) {
        let mut clock = DeadlineClock::start(calendar, limit, start);
        let mut now = start;
        for (step, later) in steps {
            now += later;
            match step {
                0 => clock.stop(now),
                1 => clock.resume(calendar, now),
                _ => clock.extend(calendar),
            }
        }
        let lived = clock.clone();
        clock.recompute(calendar);
        prop_assert_eq!(&clock, &lived);
        let stops = clock.steps.iter().filter(|step| matches!(step, Step::Stopped(_))).count();
        let resumed = clock.steps.iter().filter(|step| matches!(step, Step::Resumed(_))).count();
        prop_assert_eq!(stops - resumed, usize::from(!clock.is_running()));
    }
}
