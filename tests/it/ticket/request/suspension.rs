//! 挂账: the clock stands still until its day, and runs again by itself, once.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use xuncha::services::ticket::resume_suspended;

use super::{ask_extension, ask_suspension, city, may, office, rectifying};
use crate::harness::story::{command, ticket};
use crate::harness::{Client, TestApp, shanghai};

/// A ticket that stands still since Friday 15:00, with one of its four hours left, until 2026-11-25.
async fn suspended(app: &TestApp, inspector: &Client, officer: &Client) -> String {
    let (_, supervisor, _) = office(app).await;
    let id = rectifying(inspector, officer).await;
    app.clock.set("2026-11-20 15:00");
    ask_suspension(officer, &id, "2026-11-25").await.expect(200);
    command(
        &supervisor,
        &id,
        "approve_suspension",
        json!({ "opinion": "同意挂账" }),
    )
    .await
    .expect(200);
    id
}

#[tokio::test]
async fn an_approved_suspension_stands_still_until_its_day_and_then_runs_by_itself() {
    let (app, inspector, officer) = city().await;
    let id = suspended(&app, &inspector, &officer).await;
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/state"), "suspended");
    assert_eq!(seen.at("/deadline/running"), false);
    assert_eq!(seen.at("/deadline/remaining_work_s"), 3_600);
    let until = shanghai("2026-11-25 00:00");
    assert_eq!(
        seen.at("/handling/suspended_until"),
        &json!(until.to_string())
    );
    assert_eq!(seen.at("/handling/requests/0/plan"), "春季施工");
    assert_eq!(seen.at("/handling/requests/0/resume_date"), "2026-11-25");
    assert!(!may(&seen, "submit"));

    app.clock.set("2026-11-24 23:59:59");
    assert_eq!(app.run_jobs().await.done, 0);
    assert_eq!(ticket(&officer, &id).await.at("/overdue"), false);
    // The worker was away for hours: the clock counts from the day's beginning all the same.
    app.clock.set("2026-11-25 08:30");
    app.run_jobs().await;
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/state"), "rectifying");
    assert_eq!(seen.at("/deadline/running"), true);
    let due = shanghai("2026-11-25 09:00").to_string();
    assert_eq!(seen.at("/deadline/due_at"), &json!(due));
    assert_eq!(seen.at("/handling/suspended_until"), &json!(null));
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    let last = trail.list("/items").last().expect("a row");
    assert_eq!(
        (&last["command"], &last["actor_role"]),
        (&json!("resume"), &json!("system"))
    );
    app.finish().await;
}

#[tokio::test]
async fn however_many_workers_come_it_resumes_once() {
    let (app, inspector, officer) = city().await;
    let id = suspended(&app, &inspector, &officer).await;
    app.clock.set("2026-11-25 08:30");
    let ticket_id = id.parse().expect("an id");
    let runs = (0..8).map(|_| {
        let svc = app.svc.clone();
        async move { resume_suspended(&svc, ticket_id).await }
    });
    for run in join_all(runs).await {
        run.expect("the database answers");
    }
    app.run_jobs().await;
    let rows =
        format!("SELECT seq FROM ticket_events WHERE ticket_id = '{id}' AND command = 'resume'");
    assert_eq!(app.rows(&rows).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_was_given_up_is_tried_again() {
    let (app, inspector, officer) = city().await;
    let id = suspended(&app, &inspector, &officer).await;
    app.execute("UPDATE jobs SET attempts = 12, failed_at = now(), last_error = 'away'")
        .await;
    app.clock.set("2026-11-25 08:30");
    app.run_jobs().await;
    let clerk = app.login("clerk").await;
    assert_eq!(ticket(&clerk, &id).await.at("/state"), "suspended");
    xuncha::services::queue::revive_suspensions(&app.svc)
        .await
        .expect("the queue answers");
    app.run_jobs().await;
    assert_eq!(ticket(&clerk, &id).await.at("/state"), "rectifying");
    app.finish().await;
}

#[tokio::test]
async fn a_ticket_that_left_meanwhile_is_not_resumed() {
    let (app, inspector, officer) = city().await;
    let id = suspended(&app, &inspector, &officer).await;
    let (_, supervisor, second) = office(&app).await;
    command(
        &supervisor,
        &id,
        "force_close",
        json!({ "reason": "已拆除" }),
    )
    .await
    .expect(200);
    let closed = command(&second, &id, "confirm_force_close", json!({}))
        .await
        .expect(200);
    assert_eq!(closed.at("/handling/suspended_until"), &json!(null));
    assert!(app.rows("SELECT id FROM jobs").await.is_empty());
    app.clock.set("2026-11-25 08:30");
    resume_suspended(&app.svc, id.parse().expect("an id"))
        .await
        .expect("the database answers");
    let clerk = app.login("clerk").await;
    assert_eq!(ticket(&clerk, &id).await.at("/state"), "closed");
    app.finish().await;
}

#[tokio::test]
async fn its_day_is_tomorrow_at_the_earliest_and_in_a_year_at_the_latest() {
    let (app, inspector, officer) = city().await;
    let id = rectifying(&inspector, &officer).await;
    for day in ["2026-11-20", "2026-11-19", "2027-11-21", "soon"] {
        ask_suspension(&officer, &id, day)
            .await
            .expect_problem(422, "invalid")
            .expect_fault("/resume_date");
    }
    let bare = json!({ "resume_date": "2027-01-01", "plan": "", "temporary_measure": " " });
    let refused = command(&officer, &id, "request_suspension", bare).await;
    refused
        .expect_problem(422, "invalid")
        .expect_fault("/plan")
        .expect_fault("/temporary_measure");
    ask_suspension(&officer, &id, "2027-11-20")
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn when_its_day_comes_before_the_decision_it_can_only_be_refused() {
    let (app, inspector, officer) = city().await;
    let (clerk, supervisor, _) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    ask_suspension(&officer, &id, "2026-11-21")
        .await
        .expect(200);
    command(&clerk, &id, "approve_suspension", json!({}))
        .await
        .expect_problem(403, "forbidden");
    app.clock.set("2026-11-21 00:00");
    command(&supervisor, &id, "approve_suspension", json!({}))
        .await
        .expect_problem(409, "resume_date_passed");
    command(
        &supervisor,
        &id,
        "refuse_suspension",
        json!({ "opinion": "已过期" }),
    )
    .await
    .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn suspending_lets_an_extension_lapse_that_was_asked_for_beside_it() {
    let (app, inspector, officer) = city().await;
    let (_, supervisor, _) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    ask_extension(&officer, &id).await.expect(200);
    app.clock.advance(SignedDuration::from_mins(1));
    ask_suspension(&officer, &id, "2026-11-25")
        .await
        .expect(200);
    let seen = command(&supervisor, &id, "approve_suspension", json!({}))
        .await
        .expect(200);
    assert_eq!(seen.at("/handling/requests/0/state"), "lapsed");
    assert_eq!(seen.at("/handling/requests/1/state"), "approved");
    app.clock.set("2026-11-25 00:00");
    app.run_jobs().await;
    app.finish().await;
}
