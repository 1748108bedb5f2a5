//! 申诉: against a late closing, once.

use serde_json::json;

use super::{city, may, office};
use crate::harness::story::{self, command, recheck, ticket};
use crate::harness::{Client, TestApp};

/// A ticket that was submitted at this time on Friday and has passed its recheck; it was due at 16:00.
async fn closed(app: &TestApp, inspector: &Client, officer: &Client, at: &str) -> String {
    let id = story::report("371602").post(inspector).await.ticket;
    app.clock.set(at);
    let clerk = app.login("clerk").await;
    story::rectify(officer, &id).await;
    app.run_jobs().await;
    command(&clerk, &id, "recheck", recheck("pass"))
        .await
        .expect(200);
    id
}

#[tokio::test]
async fn an_approved_appeal_exempts_and_the_lateness_stays_visible() {
    let (app, inspector, officer) = city().await;
    let id = closed(&app, &inspector, &officer, "2026-11-20 17:00").await;
    let (_, supervisor, _) = office(&app).await;
    let appeal = json!({ "reason": "连日暴雨" });
    let asked = command(&officer, &id, "request_appeal", appeal.clone())
        .await
        .expect(200);
    assert_eq!(asked.at("/handling/requests/0/kind"), "appeal");
    assert_eq!(asked.at("/handling/exempt"), false);
    let exempt = command(&supervisor, &id, "approve_appeal", json!({}))
        .await
        .expect(200);
    assert_eq!(exempt.at("/state"), "closed");
    assert_eq!(exempt.at("/handling/exempt"), true);
    assert_eq!(exempt.at("/closed_late"), true);
    assert!(!may(&ticket(&officer, &id).await, "request_appeal"));
    command(&officer, &id, "request_appeal", appeal)
        .await
        .expect_problem(409, "appealed_before");
    app.finish().await;
}

#[tokio::test]
async fn a_refused_appeal_was_the_only_one() {
    let (app, inspector, officer) = city().await;
    let id = closed(&app, &inspector, &officer, "2026-11-20 17:00").await;
    let (clerk, supervisor, _) = office(&app).await;
    let appeal = json!({ "reason": "连日暴雨" });
    command(&officer, &id, "request_appeal", appeal.clone())
        .await
        .expect(200);
    command(&clerk, &id, "refuse_appeal", json!({ "opinion": "无" }))
        .await
        .expect_problem(403, "forbidden");
    let refused = command(
        &supervisor,
        &id,
        "refuse_appeal",
        json!({ "opinion": "当日无雨" }),
    )
    .await
    .expect(200);
    assert_eq!(refused.at("/handling/exempt"), false);
    command(&officer, &id, "request_appeal", appeal)
        .await
        .expect_problem(409, "appealed_before");
    app.finish().await;
}

#[tokio::test]
async fn there_is_nothing_to_appeal_against_when_it_was_in_time_or_is_open() {
    let (app, inspector, officer) = city().await;
    let open = story::report("371602").post(&inspector).await.ticket;
    let in_time = closed(&app, &inspector, &officer, "2026-11-20 16:00").await;
    let appeal = json!({ "reason": "不服" });
    command(&officer, &in_time, "request_appeal", appeal.clone())
        .await
        .expect_problem(409, "not_late");
    command(&officer, &open, "request_appeal", appeal)
        .await
        .expect_problem(409, "wrong_state");
    app.finish().await;
}
