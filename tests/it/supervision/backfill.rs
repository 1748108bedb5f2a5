//! A city that had tickets before their past was kept.

use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::db::audit::recount::{wrong_spans, wrong_tallies};
use xuncha::db::pool::{migrate, revert_from};
use xuncha::services::supervision::fold_tallies;

use super::{city, four_hours};
use crate::harness::TestApp;
use crate::harness::story::{self, command};

/// The migration that began to keep it.
const TICKET_SPANS: &str = "20261126150000";

/// The one that began to count all units together, and on the map at three levels.
const TALLIES_OF_ALL_UNITS: &str = "20261127171000";

/// What is kept, as far as trails tell it.
async fn kept(app: &TestApp) -> Vec<Value> {
    app.rows(
        "SELECT ticket_id, since, until, state, lead_unit_id, dispatched_at, due_at, submitted_at, closed_at, suspended_until, supervision_level
           FROM ticket_spans
          UNION ALL
         SELECT id, coalesce(known_since, created_at), NULL, state, lead_unit_id, dispatched_at, due_at, submitted_at, closed_at,
                suspended_until, supervision_level
           FROM tickets ORDER BY 1, 2",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_from_before_it_was_kept_have_the_past_that_their_trails_tell() {
    let (mut app, inspector, supervisor) = city().await;
    app.let_jobs_stay();
    let (clerk, second) = (app.login("clerk").await, app.login("inspector2").await);
    let officer = app.login("officer-371602-sanitation").await;
    let reworked = four_hours(&inspector).await.ticket;
    let given_back = four_hours(&inspector).await.ticket;
    let suspended = four_hours(&inspector).await.ticket;
    let weak = story::report("371602").accuracy(None);
    let in_triage = weak.post(&inspector).await.ticket;
    four_hours(&inspector).await;
    app.clock.set("2026-11-20 10:30");
    for id in [&reworked, &suspended] {
        command(&officer, id, "acknowledge", json!({}))
            .await
            .expect(200);
    }
    let reason = json!({ "reason": "not_our_duty", "text": "属园林管护范围" });
    command(&officer, &given_back, "return", reason)
        .await
        .expect(200);
    app.clock.set("2026-11-20 11:00");
    story::submit(&officer, &reworked).await;
    let other = json!({ "unit": "371602-urban_management", "opinion": "按职责分工" });
    command(&clerk, &given_back, "redispatch", other)
        .await
        .expect(200);
    command(&clerk, &in_triage, "file", json!({}))
        .await
        .expect(200);
    let plan =
        json!({ "plan": "管网改造", "temporary_measure": "围挡", "resume_date": "2026-12-20" });
    command(&officer, &suspended, "request_suspension", plan)
        .await
        .expect(200);
    app.clock.set("2026-11-20 15:00");
    command(&supervisor, &suspended, "approve_suspension", json!({}))
        .await
        .expect(200);
    command(&second, &reworked, "recheck", story::recheck("fail"))
        .await
        .expect(200);
    let slip = json!({ "reason": "久拖不改" });
    command(&supervisor, &given_back, "supervise", slip)
        .await
        .expect(200);
    app.clock.set("2026-11-20 16:00");
    story::submit(&officer, &reworked).await;
    app.clock.set("2026-11-20 17:00");
    command(&second, &reworked, "recheck", story::recheck("pass"))
        .await
        .expect(200);
    app.run_jobs().await;

    let before = kept(&app).await;
    assert_eq!(before.len(), 6 + 4 + 3 + 2 + 1, "{before:?}");
    revert_from(app.database_url(), TICKET_SPANS)
        .await
        .expect("taken back");
    migrate(app.database_url()).await.expect("applied again");
    let after = kept(&app).await;
    // A request is a row of the trail, of which nothing that is kept changes: there the past has one part more.
    let parts = |rows: &[Value]| -> Vec<Value> {
        let mut parts: Vec<Value> = Vec::new();
        for row in rows {
            let mut row = row.clone();
            row["until"] = Value::Null;
            let same = |last: &Value| {
                let mut last = last.clone();
                last["since"] = row["since"].clone();
                last == row
            };
            if !parts.last().is_some_and(same) {
                parts.push(row);
            }
        }
        parts
    };
    assert_eq!(parts(&after), parts(&before));
    let mut sql = app.sql().await;
    let wrong = wrong_spans(&mut sql, Uuid::nil(), Uuid::max()).await;
    assert_eq!(wrong.expect("read"), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_counted_before_all_units_were_counted_together_is_taken_over() {
    let (mut app, inspector, supervisor) = city().await;
    app.let_jobs_stay();
    let clerk = app.login("clerk").await;
    let counts = async |app: &TestApp| {
        app.rows(
            "SELECT lead_unit_id, level, lat, lon, outcome, sum(n)::int AS n FROM ticket_counts_on_map
              GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4, 5",
        )
        .await
    };
    let first = four_hours(&inspector).await.ticket;
    story::report("371603").post(&inspector).await;
    fold_tallies(&app.svc).await.expect("folded");
    // Counted, and not folded yet.
    command(&clerk, &first, "void", json!({ "reason": "误报" }))
        .await
        .expect(200);
    four_hours(&inspector).await;
    let by_district = async || {
        let path = "supervision/statistics?by=district&from=2026-11-01&to=2026-11-30";
        supervisor.get(path).await.expect(200).json
    };
    let (before, told) = (counts(&app).await, by_district().await);
    revert_from(app.database_url(), TALLIES_OF_ALL_UNITS)
        .await
        .expect("taken back");
    migrate(app.database_url()).await.expect("applied again");
    assert_eq!(counts(&app).await, before);
    assert_eq!(by_district().await, told);
    let mut sql = app.sql().await;
    assert_eq!(wrong_tallies(&mut sql, 10).await.expect("read"), []);
}
