use serde_json::{Value, json};
use xuncha::domain::calendar::{Limit, LimitValue};

use super::{assert_refused_at, count, import};
use crate::harness::{TestApp, shanghai};

fn calendar_2027() -> Value {
    json!({
        "source": "test",
        "known_until": "2027-12-31",
        "off": ["2027-01-01"],
        "make_up_workdays": [],
        "shifts": [{ "unit": "371602", "spans": [["09:00", "12:00"]] }],
    })
}

#[tokio::test]
async fn a_later_calendar_makes_deadlines_firm_in_every_process() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let mut conn = app.sql().await;
    let limit = Limit::WorkHours(LimitValue::try_from(24).expect("a limit"));
    let start = shanghai("2026-12-30 15:00");
    let before = app
        .svc
        .reference
        .calendar(&mut conn, None)
        .await
        .expect("a calendar");
    assert!(before.due(start, &limit).provisional);
    let answer = import(&admin, "calendar", calendar_2027().to_string())
        .await
        .expect(200);
    assert_eq!(answer.at("/inserted"), 1);
    let after = app
        .svc
        .reference
        .calendar(&mut conn, None)
        .await
        .expect("a calendar");
    assert!(!after.due(start, &limit).provisional);
    let again = import(&admin, "calendar", calendar_2027().to_string())
        .await
        .expect(200);
    assert_eq!(again.at("/inserted"), 0);
    let current = admin.get("calendars/current").await.expect(200);
    assert_eq!(current.at("/known_until"), "2027-12-31");
    let listed = admin.get("calendars").await.expect(200);
    assert_eq!(listed.list("/items").len(), 2);
    assert_eq!(listed.at("/items/0/source"), "test");
    assert_eq!(listed.at("/items/0/current"), true);
    assert_eq!(listed.at("/items/1/current"), false);
}

#[tokio::test]
async fn a_unit_works_the_shifts_of_the_units_above_it() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    import(&admin, "calendar", calendar_2027().to_string())
        .await
        .expect(200);
    let mut conn = app.sql().await;
    let units = app
        .rows("SELECT id, code FROM units WHERE code IN ('371602-power', '371603-power') ORDER BY code")
        .await;
    let id = |row: &Value| row["id"].as_str().and_then(|id| id.parse().ok());
    let limit = Limit::WorkHours(LimitValue::try_from(1).expect("a limit"));
    let start = shanghai("2027-03-01 08:00");
    let below = app
        .svc
        .reference
        .calendar(&mut conn, id(&units[0]))
        .await
        .expect("a calendar");
    assert_eq!(below.due(start, &limit).at, shanghai("2027-03-01 10:00"));
    let beside = app
        .svc
        .reference
        .calendar(&mut conn, id(&units[1]))
        .await
        .expect("a calendar");
    assert_eq!(beside.due(start, &limit).at, shanghai("2027-03-01 09:00"));

    let moved = "code,name_zh,name_en,kind,parent,district,subject\n\
                 371603-power,沾化区供电公司,,department,371602,371603,power\n";
    import(&admin, "units", moved).await.expect(200);
    let moved = app
        .svc
        .reference
        .calendar(&mut conn, id(&units[1]))
        .await
        .expect("a calendar");
    assert_eq!(moved.due(start, &limit).at, shanghai("2027-03-01 10:00"));
}

#[tokio::test]
async fn without_a_calendar_weeks_are_plain_and_deadlines_provisional() {
    let app = TestApp::empty().await;
    let mut conn = app.sql().await;
    let calendar = app
        .svc
        .reference
        .calendar(&mut conn, None)
        .await
        .expect("a calendar");
    let limit = Limit::WorkHours(LimitValue::try_from(2).expect("a limit"));
    let due = calendar.due(shanghai("2026-11-20 11:30"), &limit);
    assert_eq!(due.at, shanghai("2026-11-20 15:30"));
    assert!(due.provisional);
}

#[tokio::test]
async fn a_calendar_that_cannot_be_is_refused() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let mut both = calendar_2027();
    both["make_up_workdays"] = json!(["2027-01-01"]);
    let mut beyond = calendar_2027();
    beyond["off"] = json!(["2028-01-01"]);
    let mut stranger = calendar_2027();
    stranger["shifts"][0]["unit"] = json!("nobody");
    let mut unknown = calendar_2027();
    unknown["holidays"] = json!([]);
    for (file, place, word) in [
        (both.to_string(), "file", "2027-01-01"),
        (beyond.to_string(), "file", "2028-01-01"),
        (stranger.to_string(), "file", "nobody"),
        (unknown.to_string(), "line 1", "holidays"),
        ("{\n\"source\": \"x\",\n!".to_owned(), "line 3", "日历"),
    ] {
        assert_refused_at(import(&admin, "calendar", file).await, place, word);
    }
    assert_eq!(count(&app, "calendars").await, 1);
}
