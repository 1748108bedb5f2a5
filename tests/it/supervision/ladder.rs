//! The ladder: days late bring a ticket to its levels, each once, whoever looks and whatever dies; a unit is told once.

use futures_util::future::join_all;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};
use xuncha::domain::supervision::ladder::{Addressee, DayCount, Rung};
use xuncha::services::supervision::climb;

use super::{city, copies, four_hours};
use crate::harness::story::{self, command, ticket};
use crate::harness::{Client, TestApp, shanghai};

async fn slips(client: &Client, query: &str) -> Vec<Value> {
    let path = format!("supervision/slips?limit=500{query}");
    client.get(&path).await.expect(200).list("/items").to_vec()
}

/// Makes a ticket days late, and lets the ladder tell its unit.
pub async fn raised(app: &TestApp, ticket: &str) {
    app.execute(&format!(
        "UPDATE tickets SET due_at = '2026-11-18 02:00Z', \
           clock = jsonb_set(clock, '{{due,at}}', '\"2026-11-18T02:00:00Z\"') WHERE id = '{ticket}'"
    ))
    .await;
    assert!(climbed(app).await > 0, "nothing was late enough");
}

async fn digests(client: &Client) -> Vec<Value> {
    let list = client.get("supervision/digests").await.expect(200);
    list.list("/items").to_vec()
}

async fn climbed(app: &TestApp) -> usize {
    climb(&app.svc).await.expect("the database answers")
}

async fn set(app: &TestApp, key: &str, value: Value) {
    let admin = app.login("admin").await;
    let changes = json!({ "changes": { key: value } });
    admin.put("policies").json(&changes).await.expect(200);
}

#[tokio::test]
async fn a_ticket_is_raised_when_it_is_late_enough_by_its_units_calendar() {
    let (app, inspector, supervisor) = city().await;
    let bureau = app.login("officer-371602-sanitation").await;
    let district = app.login("officer-371602").await;
    let id = four_hours(&inspector).await.ticket; // due on Friday at 16:00
    app.clock.set("2026-11-23 15:59:59"); // a weekend and seven work hours later
    assert_eq!(climbed(&app).await, 0);
    app.clock.set("2026-11-23 16:00");
    assert_eq!(climbed(&app).await, 1);
    assert_eq!(climbed(&app).await, 0, "once");
    let seen = ticket(&bureau, &id).await;
    assert_eq!(seen.at("/handling/supervision_level"), 1);
    assert_eq!(seen.at("/handling/slips/0/unit"), "滨城区环境卫生服务中心");
    assert_eq!(
        seen.at("/handling/slips/0/reason"),
        "超期满 1 个工作日仍未整改，按督办阶梯（第 0 版）第 1 级督办"
    );

    app.clock.set("2026-11-25 16:00");
    assert_eq!(climbed(&app).await, 1);
    let seen = ticket(&supervisor, &id).await;
    let second = seen.at("/handling/slips/1");
    let name = ticket(&district, &id).await;
    assert_eq!(second["unit"], name.at("/handling/slips/1/unit").clone());
    assert_ne!(second["unit"], "滨城区环境卫生服务中心");
    // Whoever stands below the addressee does not answer for it.
    let reply = |slip: &Value| json!({ "slip": slip["number"], "text": "已约谈" });
    command(&bureau, &id, "reply", reply(second))
        .await
        .expect_problem(422, "invalid");
    command(&district, &id, "reply", reply(second))
        .await
        .expect(200);
    command(&bureau, &id, "reply", reply(seen.at("/handling/slips/0")))
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn whoever_was_away_for_long_finds_every_level_and_one_digest() {
    let (app, inspector, supervisor) = city().await;
    let bureau = app.login("officer-371602-sanitation").await;
    let neighbour = app.login("officer-371603-sanitation").await;
    let id = four_hours(&inspector).await.ticket;
    four_hours(&inspector).await;
    app.clock.set("2026-12-04 10:00");
    assert_eq!(climbed(&app).await, 6);
    assert_eq!(
        ticket(&bureau, &id).await.at("/handling/supervision_level"),
        3
    );
    let told = digests(&supervisor).await;
    assert_eq!(told.len(), 2, "one to the bureau, one to the district");
    let of_bureau = digests(&bureau).await;
    assert_eq!(of_bureau.len(), 1);
    assert_eq!(of_bureau[0]["slips"], 2);
    assert_eq!(of_bureau[0]["levels"], json!([{ "level": 1, "slips": 2 }]));
    assert!(digests(&neighbour).await.is_empty());
    let number = of_bureau[0]["number"].as_str().expect("a number");
    let listed = slips(&supervisor, &format!("&digest={number}")).await;
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|slip| slip["level"] == 1));
    app.finish().await;
}

#[tokio::test]
async fn several_workers_of_whom_one_dies_issue_each_level_once() {
    let (app, inspector, supervisor) = city().await;
    let id = four_hours(&inspector).await.ticket;
    copies(&app, &id, 119).await;
    app.execute(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF (SELECT count(*) FROM supervision_slips) >= 150 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; \
           RETURN NEW; END $$; \
         CREATE TRIGGER die BEFORE INSERT ON supervision_slips FOR EACH ROW EXECUTE FUNCTION die()",
    )
    .await;
    app.clock.set("2026-11-25 17:00"); // level 2
    let workers = || join_all((0..4).map(|_| climb(&app.svc)));
    assert!(workers().await.iter().all(Result::is_err));
    let kept = app.rows("SELECT id FROM supervision_slips").await.len();
    assert_eq!(kept, 100, "what fifty tickets were given before");
    assert!(digests(&supervisor).await.is_empty(), "nobody is told yet");
    app.execute("DROP TRIGGER die ON supervision_slips").await;
    let issued = workers().await;
    assert!(issued.iter().all(Result::is_ok));
    let rows = app
        .rows("SELECT ticket_id, level, count(*) FROM supervision_slips GROUP BY 1, 2")
        .await;
    assert_eq!(rows.len(), 240, "120 tickets with two levels each");
    assert!(rows.iter().all(|row| row["count"] == 1));
    let levels = app
        .rows("SELECT DISTINCT supervision_level FROM tickets")
        .await;
    assert_eq!(levels, [json!({ "supervision_level": 2 })]);
    let told = digests(&supervisor).await;
    let told: Vec<&Value> = told.iter().map(|digest| &digest["slips"]).collect();
    assert_eq!(told, [120, 120], "each unit is told once, of all");
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_issued_in_quiet_hours_nor_for_what_does_not_grow_later() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let clerk = app.login("clerk").await;
    let late = four_hours(&inspector).await.ticket;
    let submitted = four_hours(&inspector).await.ticket;
    let returned = four_hours(&inspector).await.ticket;
    let natural = json!([{ "days_late": 1, "count": "natural_day" }]);
    set(&app, "escalation.ladder", natural).await;
    app.clock.set("2026-11-20 17:00");
    story::rectify(&officer, &submitted).await;
    let reason = json!({ "reason": "not_our_duty", "text": "非本单位职责" });
    command(&officer, &returned, "return", reason)
        .await
        .expect(200);
    app.run_jobs().await;
    set(
        &app,
        "escalation.quiet_hours",
        json!({ "from": "12:00", "until": "09:00" }),
    )
    .await;
    for quiet in ["2026-11-21 16:00", "2026-11-22 08:59:59"] {
        app.clock.set(quiet);
        assert_eq!(climbed(&app).await, 0, "{quiet}");
    }
    app.clock.set("2026-11-22 09:00"); // a Sunday: natural days do not care
    assert_eq!(climbed(&app).await, 1);
    let issued = slips(&supervisor, "").await;
    assert_eq!(issued[0]["ticket"]["id"], late.as_str());
    let reason = issued[0]["reason"].as_str().expect("words");
    assert!(
        reason.contains("超期满 1 日") && reason.contains("第 1 版"),
        "{reason}"
    );

    // A level that a person gave is not given again.
    command(&supervisor, &late, "supervise", json!({ "reason": "催" }))
        .await
        .expect(200);
    let two = json!([{ "days_late": 1, "count": "natural_day" }, { "days_late": 2, "count": "natural_day", "reply_work_h": 4 }]);
    set(&app, "escalation.ladder", two).await;
    app.clock.set("2026-11-23 10:00");
    assert_eq!(climbed(&app).await, 0);
    // The same unit again is charged as if it had never returned the ticket.
    let again = json!({ "unit": "371602-sanitation", "opinion": "请办理" });
    command(&clerk, &returned, "redispatch", again)
        .await
        .expect(200);
    assert_eq!(climbed(&app).await, 2);
    let seen = ticket(&officer, &returned).await;
    assert_eq!(
        seen.at("/handling/slips/1/reply_due_at"),
        &json!(shanghai("2026-11-23 16:00").to_string())
    );
    app.finish().await;
}

#[tokio::test]
async fn a_ladder_that_cannot_be_climbed_is_refused() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let rung = |days: u32| json!({ "days_late": days, "count": "work_day" });
    for (key, value) in [
        ("escalation.ladder", json!([rung(0)])),
        ("escalation.ladder", json!([rung(3), rung(2)])),
        ("escalation.ladder", json!([rung(3), rung(3)])),
        (
            "escalation.ladder",
            json!((1..11).map(rung).collect::<Vec<_>>()),
        ),
        (
            "escalation.ladder",
            json!([{ "days_late": 1, "count": "hours" }]),
        ),
        (
            "escalation.quiet_hours",
            json!({ "from": "25:00", "until": "08:00" }),
        ),
    ] {
        let changes = json!({ "changes": { key: value } });
        let refused = admin.put("policies").json(&changes).await;
        refused
            .expect_problem(422, "invalid")
            .expect_fault(&format!("/changes/{key}"));
    }
    app.finish().await;
}

#[tokio::test]
async fn the_worker_climbs_every_minute() {
    let (mut app, inspector, supervisor) = city().await;
    app.let_jobs_stay();
    four_hours(&inspector).await;
    xuncha::services::queue::plan(&app.svc)
        .await
        .expect("planned");
    app.run_jobs().await;
    app.clock.set("2026-11-23 16:00");
    app.run_jobs().await;
    assert_eq!(slips(&supervisor, "").await.len(), 1);
    app.clock.advance(SignedDuration::from_secs(60));
    app.run_jobs().await;
    assert_eq!(slips(&supervisor, "").await.len(), 1);
    app.finish().await;
}

proptest! {
    /// A rung is reached at the instant that lies so many days after the deadline, for every deadline and instant.
    #[test]
    fn the_latest_deadline_is_the_last_that_has_reached_the_rung(
        due in 0_i64..40 * 86_400,
        later in 0_i64..20 * 86_400,
        days in 1_u32..6,
        natural: bool,
    ) {
        let calendar = &*crate::calendar::CALENDAR;
        let first = shanghai("2026-09-10 00:00");
        let due = first + SignedDuration::from_secs(due);
        let now = due + SignedDuration::from_secs(later);
        let count = if natural { DayCount::NaturalDay } else { DayCount::WorkDay };
        let rung = Rung { days_late: days, count, to: Addressee::Lead, reply_work_h: None };
        let reached = if natural {
            later >= i64::from(days) * 86_400
        } else {
            calendar.work_time_between(due, now) >= SignedDuration::from_hours(8 * i64::from(days))
        };
        prop_assert_eq!(due <= rung.latest_due(calendar, now), reached);
    }
}
