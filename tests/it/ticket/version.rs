//! Which version a caller has seen, and in which order it is refused.

use serde_json::json;

use super::{awaiting_recheck, city};
use crate::harness::story::{self, command, command_at, ticket};

#[tokio::test]
async fn a_command_names_the_version_that_was_seen() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let path = format!("tickets/{id}/acknowledge");
    officer
        .post(&path)
        .json(&json!({}))
        .await
        .expect_problem(428, "if_match_required");
    let stale = command_at(&officer, &id, "7", "acknowledge", json!({})).await;
    let stale = stale.expect_problem(412, "stale");
    assert_eq!(stale.at("/rev"), "1");
    for header in ["\"one\"", "W/\"1\"", "*", ""] {
        let answer = officer
            .post(&path)
            .header("if-match", header)
            .json(&json!({}))
            .await;
        answer.expect_problem(400, "malformed_header");
    }
    assert_eq!(ticket(&officer, &id).await.at("/rev"), "1");
    let done = command_at(&officer, &id, "1", "acknowledge", json!({}))
        .await
        .expect(200);
    assert_eq!(done.header("etag"), Some("\"2\""));
    assert_eq!(done.at("/rev"), "2");
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_allowed_now_is_refused_with_what_is() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let refused = command(
        &officer,
        &id,
        "submit",
        story::submission(&[story::Photo::new()]),
    )
    .await;
    let refused = refused.expect_problem(409, "wrong_state");
    assert_eq!(refused.at("/state"), "dispatched");
    assert_eq!(refused.at("/rev"), "1");
    assert_eq!(
        refused.at("/allowed"),
        &json!(["acknowledge", "return", "comment", "assign"])
    );
    app.finish().await;
}

#[tokio::test]
async fn not_found_comes_before_forbidden_before_the_version_before_the_state() {
    let (app, inspector, officer) = city().await;
    let id = awaiting_recheck(&inspector, &officer).await;
    app.run_jobs().await;
    let stranger = app.login("officer-371603-sanitation").await;
    let clerk = app.login("clerk").await;
    let path = format!("tickets/{id}/acknowledge");
    stranger
        .post(&path)
        .json(&json!({}))
        .await
        .expect_problem(404, "not_found");
    clerk
        .post(&path)
        .json(&json!({}))
        .await
        .expect_problem(403, "forbidden");
    officer
        .post(&path)
        .json(&json!({}))
        .await
        .expect_problem(428, "if_match_required");
    command_at(&officer, &id, "1", "acknowledge", json!({}))
        .await
        .expect_problem(412, "stale");
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect_problem(409, "wrong_state");
    app.finish().await;
}

#[tokio::test]
async fn a_command_that_is_none_is_nowhere() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    for name in ["acknowledged", "suspend", "close"] {
        command(&officer, &id, name, json!({}))
            .await
            .expect_problem(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_list_gives_the_versions_that_commands_need() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let page = officer.get("tickets?state=dispatched").await.expect(200);
    let rev = page.str("/items/0/rev");
    command_at(&officer, &id, rev, "acknowledge", json!({}))
        .await
        .expect(200);
    app.finish().await;
}
