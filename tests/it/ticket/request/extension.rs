//! 延期.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;

use super::{DISTRICT, SANITATION, ask_extension, city, may, office, rectifying};
use crate::harness::shanghai;
use crate::harness::story::{command, command_at, ticket};

#[tokio::test]
async fn an_approved_extension_moves_the_deadline_by_one_original_limit() {
    let (app, inspector, officer) = city().await;
    let (clerk, ..) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    app.clock.set("2026-11-20 15:00");
    let asked = ask_extension(&officer, &id).await.expect(200);
    assert_eq!(asked.at("/state"), "rectifying");
    let request = |member: &str| format!("/handling/requests/0/{member}");
    assert_eq!(asked.at(&request("kind")), "extension");
    assert_eq!(asked.at(&request("state")), "open");
    assert_eq!(asked.at(&request("reason")), "雨天无法施工");
    assert_eq!(asked.at(&request("unit")), "滨城区环境卫生服务中心");
    // Eight work hours: three today, five on Monday.
    let decide_by = shanghai("2026-11-23 15:00").to_string();
    assert_eq!(asked.at(&request("decide_due_at")), &json!(decide_by));
    let due = shanghai("2026-11-20 16:00").to_string();
    assert_eq!(asked.at("/deadline/due_at"), &json!(due));
    assert!(!may(&asked, "request_extension"), "one waits already");

    let decided = command(
        &clerk,
        &id,
        "approve_extension",
        json!({ "opinion": "同意" }),
    )
    .await
    .expect(200);
    // Four more work hours from 16:00 on: two on Friday, two on Monday.
    let due = shanghai("2026-11-23 10:00").to_string();
    assert_eq!(decided.at("/deadline/due_at"), &json!(due));
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/handling/extensions"), 1);
    assert_eq!(seen.at(&request("state")), "approved");
    assert_eq!(seen.at(&request("opinion")), "同意");
    assert!(seen.json.pointer(&request("decided_by")).is_none());
    assert!(
        ticket(&clerk, &id)
            .await
            .at(&request("decided_by"))
            .is_string(),
        "the office knows who"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_refused_extension_leaves_the_deadline_and_may_be_asked_for_again() {
    let (app, inspector, officer) = city().await;
    let (clerk, ..) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    ask_extension(&officer, &id).await.expect(200);
    command(&clerk, &id, "refuse_extension", json!({}))
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/opinion");
    let refused = command(
        &clerk,
        &id,
        "refuse_extension",
        json!({ "opinion": "抓紧" }),
    )
    .await
    .expect(200);
    let due = shanghai("2026-11-20 16:00").to_string();
    assert_eq!(refused.at("/deadline/due_at"), &json!(due));
    assert_eq!(refused.at("/handling/extensions"), 0);
    app.clock.advance(SignedDuration::from_mins(1));
    ask_extension(&officer, &id).await.expect(200);
    let states: Vec<_> = ticket(&officer, &id)
        .await
        .list("/handling/requests")
        .iter()
        .map(|request| request["state"].clone())
        .collect();
    assert_eq!(states, ["refused", "open"]);
    app.finish().await;
}

#[tokio::test]
async fn there_are_two_extensions_and_no_third() {
    let (app, inspector, officer) = city().await;
    let (clerk, ..) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    for _ in 0..2 {
        ask_extension(&officer, &id).await.expect(200);
        command(&clerk, &id, "approve_extension", json!({}))
            .await
            .expect(200);
    }
    let seen = ticket(&officer, &id).await;
    let due = shanghai("2026-11-23 16:00").to_string(); // 4 + 4 + 4 work hours from Friday 10:00
    assert_eq!(seen.at("/deadline/due_at"), &json!(due));
    assert!(!may(&seen, "request_extension"));
    let refused = ask_extension(&officer, &id).await;
    let refused = refused.expect_problem(409, "extensions_spent");
    assert_eq!(refused.at("/state"), "rectifying");
    assert!(refused.list("/allowed").contains(&json!("submit")));
    app.finish().await;
}

#[tokio::test]
async fn once_overdue_none_is_asked_for_and_none_is_approved() {
    let (app, inspector, officer) = city().await;
    let (clerk, ..) = office(&app).await;
    let asked = rectifying(&inspector, &officer).await;
    let unasked = rectifying(&inspector, &officer).await;
    app.clock.set("2026-11-20 16:00");
    ask_extension(&officer, &asked).await.expect(200);
    app.clock.set("2026-11-20 16:00:01");
    assert!(!may(&ticket(&officer, &unasked).await, "request_extension"));
    ask_extension(&officer, &unasked)
        .await
        .expect_problem(409, "overdue");
    assert!(!may(&ticket(&clerk, &asked).await, "approve_extension"));
    command(&clerk, &asked, "approve_extension", json!({}))
        .await
        .expect_problem(409, "overdue");
    let due = shanghai("2026-11-20 16:00").to_string();
    let seen = ticket(&officer, &asked).await;
    assert_eq!(seen.at("/deadline/due_at"), &json!(due));
    command(
        &clerk,
        &asked,
        "refuse_extension",
        json!({ "opinion": "已超期" }),
    )
    .await
    .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn only_the_lead_unit_asks_and_only_a_clerk_decides() {
    let (app, inspector, officer) = city().await;
    let (clerk, supervisor, _) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    for stranger in [&clerk, &supervisor, &inspector] {
        ask_extension(stranger, &id)
            .await
            .expect_problem(403, "forbidden");
    }
    command(&clerk, &id, "approve_extension", json!({}))
        .await
        .expect_problem(409, "no_request");
    let district = app.login(DISTRICT).await;
    ask_extension(&district, &id).await.expect(200);
    for stranger in [&officer, &supervisor, &inspector] {
        command(stranger, &id, "approve_extension", json!({}))
            .await
            .expect_problem(403, "forbidden");
    }
    let inspectors = ticket(&inspector, &id).await;
    assert!(inspectors.json.get("handling").is_none());
    app.finish().await;
}

#[tokio::test]
async fn a_request_lapses_when_the_ticket_is_submitted() {
    let (app, inspector, officer) = city().await;
    let (clerk, ..) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    ask_extension(&officer, &id).await.expect(200);
    let submitted = crate::harness::story::submit(&officer, &id).await;
    assert_eq!(submitted.at("/handling/requests/0/state"), "lapsed");
    assert!(submitted.at("/handling/requests/0/decided_at").is_string());
    command(&clerk, &id, "approve_extension", json!({}))
        .await
        .expect_problem(409, "wrong_state");
    let trail = clerk.get(&format!("tickets/{id}/trail")).await.expect(200);
    let last = trail.list("/items").last().expect("a row");
    assert_eq!(last["data"]["lapsed"], json!(["extension"]));
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_is_heard() {
    let (app, inspector, _) = city().await;
    let officer = app.login(SANITATION).await;
    let id = rectifying(&inspector, &officer).await;
    let body = json!({ "reason": "同时" });
    let answers = join_all(
        (0..12).map(|_| command_at(&officer, &id, "2", "request_extension", body.clone())),
    )
    .await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    let open = format!("SELECT id FROM ticket_requests WHERE ticket_id = '{id}'");
    assert_eq!(app.rows(&open).await.len(), 1);
    app.finish().await;
}
