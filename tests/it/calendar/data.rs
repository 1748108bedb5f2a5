//! Calendar files and limits as people type them.

use serde_json::{Value, json};
use xuncha::domain::calendar::{
    CalendarData, Limit, LimitError, LimitUnit, LimitValue, WorkDayCounting,
};

use super::{DEMO, date};

#[test]
fn the_demo_calendar_reads_and_writes_itself() {
    let data: CalendarData = serde_json::from_str(DEMO).expect("the demo calendar is valid");
    assert_eq!(data.known_until(), date("2026-12-31"));
    assert!(data.source().contains("State Council"));

    let original: Value = serde_json::from_str(DEMO).expect("JSON");
    assert_eq!(serde_json::to_value(&data).expect("JSON"), original);
}

#[test]
fn shifts_survive_writing() {
    let file = with(
        "shifts",
        json!([{"unit": "371602", "valid_from": "2026-06-01",
        "spans": [["14:00", "18:00"], ["08:00", "12:00"]]}]),
    );
    let data: CalendarData = serde_json::from_value(file).expect("a valid calendar");
    let written = serde_json::to_value(&data).expect("JSON");
    assert_eq!(
        written.get("shifts"),
        Some(&json!([{"unit": "371602", "valid_from": "2026-06-01",
            "spans": [["08:00:00", "12:00:00"], ["14:00:00", "18:00:00"]]}]))
    );
    let again: CalendarData = serde_json::from_value(written).expect("a valid calendar");
    assert_eq!(again, data);
}

#[test]
fn a_mistyped_calendar_is_refused_and_says_where() {
    let shift = |shift: Value| with("shifts", json!([{"spans": []}, shift]));
    let spans = |spans: Value| shift(json!({ "spans": spans }));
    let cases = [
        (with("offf", json!([])), "unknown field `offf`"),
        (
            with("off", json!(["2026-02-30"])),
            "parsed date is not valid",
        ),
        (
            with("off", json!(["2026-10-01", "2026-10-10"])),
            "2026-10-10 is listed both as off and as a make-up workday",
        ),
        (
            with("off", json!(["2027-01-01"])),
            "2027-01-01 is listed, but known_until is 2026-12-31",
        ),
        (
            with("make_up_workdays", json!(["2027-01-02"])),
            "2027-01-02 is listed, but known_until is 2026-12-31",
        ),
        (
            with("off", json!(["1026-10-01"])),
            "1026-10-01 is outside 1970-01-01 to 2099-12-31",
        ),
        (
            with("known_until", json!("9999-12-31")),
            "9999-12-31 is outside",
        ),
        (
            with("off", json!(["2026-10-01", "2026-10-01"])),
            "2026-10-01 is listed twice in off",
        ),
        (
            spans(json!([["12:00", "08:00"]])),
            "shift 2: the span from 12:00:00 to 08:00:00 does not end after it starts",
        ),
        (
            spans(json!([["08:00", "08:00"]])),
            "does not end after it starts",
        ),
        (
            spans(json!([["08:00", "12:00"], ["11:30", "15:00"]])),
            "shift 2: the span from 11:30:00 starts before the one until 12:00:00 has ended",
        ),
        (
            spans(json!([["08:00:30", "12:00"]])),
            "shift 2: 08:00:30 is not a whole minute",
        ),
        (
            spans(json!([["08:00", "25:00"]])),
            "required range of 0..=23",
        ),
        (
            shift(json!({"valid_from": "2026-06-01", "valid_to": "2026-05-01", "spans": []})),
            "shift 2: valid from 2026-06-01 until 2026-05-01: never valid",
        ),
        (
            shift(json!({"units": "a", "spans": []})),
            "unknown field `units`",
        ),
    ];
    for (file, expected) in cases {
        let refused = serde_json::from_value::<CalendarData>(file.clone());
        let message = refused.expect_err("a mistyped calendar").to_string();
        assert!(
            message.contains(expected),
            "{message:?} lacks {expected:?}: {file}"
        );
    }
}

#[test]
fn limits_are_refused_with_a_reason() {
    let parse = |value, unit: &str| {
        unit.parse()
            .and_then(|unit| Limit::new(value, unit, WorkDayCounting::ElapsedHours))
    };
    assert!(parse(1, "natural_day").is_ok());
    assert!(parse(LimitValue::MAX, "work_hour").is_ok());

    assert_eq!(parse(0, "work_hour"), Err(LimitError::Zero));
    assert_eq!(parse(1001, "work_hour"), Err(LimitError::TooLong(1001)));
    assert_eq!(parse(3, "fixed"), Err(LimitError::FixedIsAnInstant));
    let unknown = parse(3, "work_days").expect_err("not a unit").to_string();
    assert!(unknown.starts_with("unknown limit unit \"work_days\": one of urgent_hour"));
}

#[test]
fn words_are_the_same_everywhere() {
    for unit in LimitUnit::ALL {
        assert_eq!(unit.as_str().parse(), Ok(unit));
        assert_eq!(
            serde_json::to_value(unit).expect("JSON"),
            json!(unit.as_str())
        );
    }
    for counting in WorkDayCounting::ALL {
        assert_eq!(counting.as_str().parse(), Ok(counting));
        assert_eq!(
            serde_json::to_value(counting).expect("JSON"),
            json!(counting.as_str())
        );
    }
}

#[test]
fn a_stored_limit_cannot_be_absurd() {
    let limit = Limit::new(3, LimitUnit::WorkDay, WorkDayCounting::CloseOfNthDay);
    let stored = serde_json::to_value(limit.expect("a sane limit")).expect("JSON");
    assert_eq!(stored, json!({"work_days": [3, "close_of_nth_day"]}));

    let zero = serde_json::from_value::<Limit>(json!({"work_hours": 0}));
    assert!(zero.is_err());
}

/// The smallest calendar, with one field set.
fn with(field: &str, value: Value) -> Value {
    let mut file = json!({"source": "test", "known_until": "2026-12-31",
        "off": ["2026-10-01"], "make_up_workdays": ["2026-10-10"]});
    let fields = file.as_object_mut().expect("an object");
    fields.insert(field.to_owned(), value);
    file
}
