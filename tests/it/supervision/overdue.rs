//! The overdue list as of an instant.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{city, copies, four_hours};
use crate::harness::story::{self, command, ticket};
use crate::harness::{Client, Response, TestApp, shanghai};

async fn pull(client: &Client, query: &str) -> Response {
    client
        .get(&format!("supervision/overdue{query}"))
        .await
        .expect(200)
}

async fn count(client: &Client, query: &str) -> usize {
    pull(client, query).await.list("/items").len()
}

fn as_of(civil: &str) -> String {
    format!("?as_of={}", shanghai(civil))
}

#[tokio::test]
async fn a_ticket_is_overdue_after_its_deadline_and_not_at_it() {
    let (app, inspector, supervisor) = city().await;
    let sent = four_hours(&inspector).await;
    app.clock.set("2026-11-20 16:00");
    assert_eq!(count(&supervisor, "").await, 0);
    app.clock.set("2026-11-20 16:00:01");
    let list = pull(&supervisor, "").await;
    assert_eq!(list.at("/forecast"), false);
    assert_eq!(
        list.at("/as_of"),
        &json!(shanghai("2026-11-20 16:00:01").to_string())
    );
    assert_eq!(list.at("/items/0/id"), sent.ticket.as_str());
    assert_eq!(list.at("/items/0/late_s"), 1);
    assert_eq!(list.at("/items/0/late_work_s"), 1);
    assert_eq!(list.at("/items/0/lead_unit"), "滨城区环境卫生服务中心");
    assert_eq!(
        list.at("/items/0/due_at"),
        &json!(shanghai("2026-11-20 16:00").to_string())
    );
    assert_eq!(list.at("/next_cursor"), &json!(null));
    let officer = app.login("officer-371602-sanitation").await;
    assert_eq!(ticket(&officer, &sent.ticket).await.at("/overdue"), true);
    assert_eq!(
        officer
            .get("tickets?overdue=true")
            .await
            .expect(200)
            .list("/items")
            .len(),
        1
    );
    app.finish().await;
}

#[tokio::test]
async fn a_later_instant_gives_a_forecast_and_the_present_none() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    let forecast = pull(&supervisor, &as_of("2026-11-27 10:00")).await;
    assert_eq!(forecast.at("/forecast"), true);
    assert_eq!(forecast.list("/items").len(), 1);
    assert_eq!(forecast.at("/items/0/late_work_s"), (2 + 4 * 8 + 2) * 3_600);
    let today = pull(&supervisor, &as_of("2026-11-20 10:00")).await;
    assert_eq!(today.at("/forecast"), false);
    assert!(today.list("/items").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn submitted_in_time_is_not_overdue_and_submitted_late_stays_so() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let in_time = four_hours(&inspector).await;
    let late = four_hours(&inspector).await;
    app.clock.set("2026-11-20 16:00");
    story::rectify(&officer, &in_time.ticket).await;
    app.clock.set("2026-11-20 17:00");
    story::rectify(&officer, &late.ticket).await;
    app.run_jobs().await;
    let list = pull(&supervisor, &as_of("2026-11-30 10:00")).await;
    assert_eq!(list.list("/items").len(), 1);
    assert_eq!(list.at("/items/0/id"), late.ticket.as_str());
    assert_eq!(list.at("/items/0/state"), "awaiting_recheck");
    assert_eq!(
        list.at("/items/0/late_work_s"),
        3_600,
        "it was late until it was submitted"
    );
    assert_eq!(
        list.at("/items/0/submitted_at"),
        &json!(shanghai("2026-11-20 17:00").to_string())
    );
    app.finish().await;
}

#[tokio::test]
async fn a_submission_without_its_photos_stops_no_clock_beyond_a_day() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let sent = four_hours(&inspector).await;
    command(&officer, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    let body = story::submission(&[story::Photo::new()]);
    command(&officer, &sent.ticket, "submit", body)
        .await
        .expect(200);
    assert_eq!(count(&supervisor, &as_of("2026-11-21 10:00")).await, 0);
    let list = pull(&supervisor, &as_of("2026-11-23 09:00")).await;
    assert_eq!(list.list("/items").len(), 1);
    assert_eq!(list.at("/items/0/late_work_s"), 3 * 3_600);
    app.finish().await;
}

#[tokio::test]
async fn what_waits_for_the_office_or_is_over_is_not_overdue() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let clerk = app.login("clerk").await;
    let not_ours = || json!({ "reason": "other", "text": "他处办理" });
    story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await; // triage
    let returned = four_hours(&inspector).await;
    command(&officer, &returned.ticket, "return", not_ours())
        .await
        .expect(200);
    let disputed = four_hours(&inspector).await;
    command(&officer, &disputed.ticket, "return", not_ours())
        .await
        .expect(200);
    let same = json!({ "unit": "371602-sanitation", "opinion": "请办理" });
    command(&clerk, &disputed.ticket, "redispatch", same)
        .await
        .expect(200);
    command(&officer, &disputed.ticket, "return", not_ours())
        .await
        .expect(200);
    let voided = four_hours(&inspector).await;
    command(&clerk, &voided.ticket, "void", json!({ "reason": "误立" }))
        .await
        .expect(200);
    story::report("371602")
        .fixed_on_site()
        .post(&inspector)
        .await; // closed
    assert_eq!(count(&supervisor, &as_of("2026-12-20 10:00")).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn the_list_narrows_by_district_unit_and_item() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    story::report("371602").item("E0106").post(&inspector).await;
    story::report("371603").post(&inspector).await;
    let at = as_of("2026-11-27 10:00");
    for (filter, rows) in [
        ("", 3),
        ("&district=371602", 2),
        ("&district=371621", 0),
        ("&unit=371602-sanitation", 1),
        ("&unit=371602", 2),
        ("&unit=371600", 3),
        ("&unit=nobody", 0),
        ("&item=E0102", 2),
        ("&item=E0102&unit=371603", 1),
    ] {
        assert_eq!(
            count(&supervisor, &format!("{at}{filter}")).await,
            rows,
            "{filter}"
        );
    }
    let path = format!("supervision/overdue{at}&sort=unit");
    supervisor
        .get(&path)
        .await
        .expect_problem(422, "invalid_query");
    app.finish().await;
}

#[tokio::test]
async fn the_list_narrows_by_level_sponsor_and_days_late() {
    let (app, inspector, supervisor) = city().await;
    let admin = app.login("admin").await;
    let street =
        json!({ "kind": "sponsor", "area": "371603", "person": "李建国", "phone": "0543-1" });
    admin.post("duties").json(&street).await.expect(201);
    let supervised = four_hours(&inspector).await; // due on Friday at 16:00
    story::report("371603").post(&inspector).await;
    app.clock.set("2026-11-23 09:00"); // Monday: 3 work hours late, 2 days and 17 hours
    let slip = json!({ "reason": "久拖不决" });
    command(&supervisor, &supervised.ticket, "supervise", slip)
        .await
        .expect(200);
    for (filter, rows) in [
        ("?level=1", 1),
        ("?level=0", 1),
        ("?level=2", 0),
        ("?sponsor=李建国", 1),
        ("?sponsor=李建国&level=1", 0),
        ("?sponsor=王五", 0),
        ("?days_late_min=2", 2),
        ("?days_late_min=3", 0),
        ("?days_late_max=1", 0),
        ("?days_late_max=2&days_late_min=2", 2),
        ("?days=work&days_late_min=1", 0),
        ("?days=work&days_late_max=0", 2),
        ("?days_late_min=2&limit=1", 1),
    ] {
        assert_eq!(count(&supervisor, filter).await, rows, "{filter}");
    }
    app.clock.set("2026-11-24 08:00"); // 10 work hours late
    let list = pull(&supervisor, "?days=work&days_late_min=1").await;
    assert_eq!(list.list("/items").len(), 2);
    assert_eq!(list.at("/items/0/late_work_days"), 1);
    assert_eq!(list.at("/items/0/late_days"), 3);
    app.finish().await;
}

#[tokio::test]
async fn pages_joined_are_the_whole_as_of_the_first_pages_instant() {
    let (app, inspector, supervisor) = city().await;
    for minute in 0..4 {
        app.clock.set(&format!("2026-11-20 10:0{minute}"));
        four_hours(&inspector).await;
    }
    let sent = four_hours(&inspector).await;
    copies(&app, &sent.ticket, 8).await; // with the same deadline
    let at = as_of("2026-11-27 10:00");
    let whole = pull(&supervisor, &format!("{at}&limit=500")).await;
    let whole = whole.list("/items");
    assert_eq!(whole.len(), 13);
    let mut joined: Vec<Value> = Vec::new();
    let mut query = format!("{at}&limit=3");
    loop {
        let page = pull(&supervisor, &query).await;
        assert_eq!(
            page.at("/as_of"),
            &json!(shanghai("2026-11-27 10:00").to_string())
        );
        assert_eq!(page.at("/forecast"), true);
        joined.extend(page.list("/items").iter().cloned());
        let Some(cursor) = page.at("/next_cursor").as_str() else {
            break;
        };
        query = format!("?limit=3&cursor={cursor}");
        app.clock.advance(jiff::SignedDuration::from_hours(40)); // Later than the instant: the pages stay those of the first.
    }
    assert_eq!(joined, whole);
    let due: Vec<&str> = whole
        .iter()
        .filter_map(|row| row["due_at"].as_str())
        .collect();
    assert!(due.is_sorted());
    supervisor
        .get("supervision/overdue?cursor=rubbish")
        .await
        .expect_problem(422, "list_cursor_invalid");
    app.finish().await;
}

#[tokio::test]
async fn lateness_in_work_time_does_not_grow_over_the_national_day() {
    let (app, inspector, supervisor) = city().await;
    app.clock.set("2026-09-30 10:00");
    let sent = four_hours(&inspector).await;
    let remaining = async |client: &Client| {
        let seen = ticket(client, &sent.ticket).await;
        seen.at("/deadline/remaining_work_s")
            .as_i64()
            .expect("seconds")
    };
    let mut late = Vec::new();
    for instant in [
        "2026-09-30 18:00",
        "2026-10-03 12:00",
        "2026-10-08 08:00",
        "2026-10-08 09:00",
    ] {
        app.clock.set(instant);
        let list = pull(&supervisor, "").await;
        assert_eq!(list.list("/items").len(), 1);
        late.push(list.at("/items/0/late_work_s").as_i64().expect("seconds"));
        assert_eq!(
            remaining(&supervisor).await,
            -late.last().expect("just pushed")
        );
    }
    assert_eq!(late, [7_200, 7_200, 7_200, 10_800]);
    app.finish().await;
}

#[tokio::test]
async fn a_deadline_beyond_the_calendar_is_marked_and_made_firm_by_the_next_calendar() {
    let (app, inspector, supervisor) = city().await;
    app.clock.set("2026-12-30 15:00");
    let sent = story::report("371602").item("W0403").post(&inspector).await; // 3 work days
    let seen = ticket(&supervisor, &sent.ticket).await;
    assert_eq!(seen.at("/deadline/provisional"), true);
    let list = pull(&supervisor, &as_of("2027-02-01 10:00")).await;
    assert_eq!(list.at("/items/0/provisional"), true);
    app.finish().await;
}

#[tokio::test]
async fn only_clerk_and_supervisor_pull_it() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    app.clock.set("2026-11-23 10:00");
    let clerk = app.login("clerk").await;
    for path in ["supervision/overdue", "supervision/overdue.csv"] {
        supervisor.get(path).await.expect(200);
        clerk.get(path).await.expect(200);
        for username in ["inspector1", "officer-371602", "auditor", "admin"] {
            let client = app.login(username).await;
            client.get(path).await.expect_problem(403, "forbidden");
        }
        app.client()
            .get(path)
            .await
            .expect_problem(401, "unauthenticated");
    }
    app.finish().await;
}

#[tokio::test]
async fn instants_that_say_nothing_and_made_up_cursors_are_refused() {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    for query in [
        "as_of=9999-01-01T00:00:00Z",
        "as_of=1969-12-31T23:59:59Z",
        "days=weeks",
    ] {
        supervisor
            .get(&format!("supervision/overdue?{query}"))
            .await
            .expect_problem(422, "invalid_query");
    }
    for cursor in [
        r#"["-009000-01-01T00:00:00Z","00000000-0000-4000-8000-000000000000"]"#,
        r#""\u0000""#,
        "[]",
    ] {
        let cursor = URL_SAFE_NO_PAD.encode(cursor);
        for list in ["tickets", "triage", "points"] {
            supervisor
                .get(&format!("{list}?cursor={cursor}"))
                .await
                .expect_problem(422, "list_cursor_invalid");
        }
    }
    app.finish().await;
}
