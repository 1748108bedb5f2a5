//! What a token opens, and what ends it.

use jiff::SignedDuration;

use super::{city, city_with, log_in};
use crate::harness::DEMO_PASSWORD;

#[tokio::test]
async fn an_access_token_counts_for_thirty_minutes() {
    let (app, _) = city().await;
    let answer = log_in(&app, "admin", DEMO_PASSWORD).await.expect(200);
    let client = app.client().with_token(answer.str("/access_token"));
    app.clock.advance(SignedDuration::from_secs(30 * 60 - 1));
    client.get("me").await.expect(200);
    app.clock.advance(SignedDuration::from_secs(1));
    let expired = client.get("me").await.expect_problem(401, "token_expired");
    assert_eq!(expired.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn no_token_and_rubbish_are_nobody() {
    let (app, _) = city().await;
    let nobody = app.client();
    nobody
        .get("me")
        .await
        .expect_problem(401, "unauthenticated");
    for token in ["", "rubbish", "a.b.c"] {
        let client = nobody.with_token(token);
        client
            .get("me")
            .await
            .expect_problem(401, "unauthenticated");
    }
    let basic = nobody.get("me").header("authorization", "Basic YTpi");
    basic.await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn logging_out_ends_this_session_and_no_other() {
    let (app, admin) = city().await;
    let elsewhere = app.login("admin").await;
    admin.post("auth/logout").await.expect(204);
    admin.get("me").await.expect_problem(401, "session_revoked");
    admin
        .post("auth/logout")
        .await
        .expect_problem(401, "session_revoked");
    elsewhere.get("me").await.expect(200);
    let ended = app
        .rows("SELECT revoke_reason FROM sessions WHERE revoked_at IS NOT NULL")
        .await;
    assert_eq!(ended, [serde_json::json!({"revoke_reason": "logout"})]);
}

/// As after a backup was restored that does not know it.
#[tokio::test]
async fn a_session_that_is_not_there_has_ended() {
    let (app, _, _) = city_with("clerk", "clerk", None).await;
    let clerk = app.login("clerk").await;
    app.execute("DELETE FROM sessions").await;
    clerk.get("me").await.expect_problem(401, "session_revoked");
}
