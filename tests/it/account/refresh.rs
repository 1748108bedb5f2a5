//! A session lives on through lost answers, and dies of a token that two hold.

use jiff::SignedDuration;
use serde_json::json;

use super::{city, city_with, log_in};
use crate::harness::{DEMO_PASSWORD, Response, TestApp};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn logged_in(app: &TestApp) -> String {
    let answer = log_in(app, "admin", DEMO_PASSWORD).await.expect(200);
    answer.str("/refresh_token").to_owned()
}

async fn send(app: &TestApp, token: &str, nonce: &str) -> Response {
    let body = json!({"refresh_token": token, "nonce": nonce});
    app.client().post("auth/refresh").json(&body).await
}

async fn refresh(app: &TestApp, token: &str, nonce: &str) -> String {
    let answer = send(app, token, nonce).await.expect(200);
    answer.str("/refresh_token").to_owned()
}

async fn refused(app: &TestApp, token: &str, nonce: &str) {
    send(app, token, nonce)
        .await
        .expect_problem(401, "session_revoked");
}

#[tokio::test]
async fn a_refresh_gives_tokens_that_count() {
    let (app, _) = city().await;
    let first = logged_in(&app).await;
    app.clock.advance(SignedDuration::from_hours(10));
    let answer = send(&app, &first, "n1").await.expect(200);
    assert_ne!(answer.str("/refresh_token"), first);
    assert_eq!(answer.at("/user/username"), "admin");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let client = app.client().with_token(answer.str("/access_token"));
    client.get("me").await.expect(200);
}

#[tokio::test]
async fn a_lost_answer_is_given_again_as_often_as_it_is_lost() {
    let (app, _) = city().await;
    let mut token = logged_in(&app).await;
    for round in 0..3 {
        let nonce = format!("nonce {round}");
        let next = refresh(&app, &token, &nonce).await;
        for _ in 0..4 {
            app.clock.advance(SignedDuration::from_hours(1));
            assert_eq!(refresh(&app, &token, &nonce).await, next);
        }
        token = next;
    }
}

/// A phone that was killed has forgotten its nonce, too.
#[tokio::test]
async fn a_lost_answer_ends_nothing_when_the_nonce_is_another() {
    let (app, _) = city().await;
    let first = logged_in(&app).await;
    let mut newest = String::new();
    for nonce in ["n1", "n2", "n3", "n4", "n5"] {
        newest = refresh(&app, &first, nonce).await;
    }
    refresh(&app, &newest, "n6").await;
}

#[tokio::test]
async fn two_at_once_with_one_nonce_get_one_token() {
    let (app, _) = city().await;
    let mut token = logged_in(&app).await;
    for round in 0..5 {
        let nonce = format!("nonce {round}");
        let (one, other) =
            tokio::join!(refresh(&app, &token, &nonce), refresh(&app, &token, &nonce));
        assert_eq!(one, other);
        token = one;
    }
}

#[tokio::test]
async fn two_at_once_with_nonces_of_their_own_both_get_a_token_and_either_goes_on() {
    let (app, _) = city().await;
    let mut token = logged_in(&app).await;
    for round in 0..5 {
        let nonces = (format!("a{round}"), format!("b{round}"));
        let (one, other) = tokio::join!(
            refresh(&app, &token, &nonces.0),
            refresh(&app, &token, &nonces.1)
        );
        assert_ne!(one, other);
        token = if round % 2 == 0 { one } else { other };
    }
}

#[tokio::test]
async fn a_token_that_comes_back_after_its_successor_was_used_ends_the_session() {
    let (app, _) = city().await;
    let elsewhere = app.login("admin").await;
    let first = logged_in(&app).await;
    let second = refresh(&app, &first, "n1").await;
    let third = send(&app, &second, "n2").await.expect(200);
    let client = app.client().with_token(third.str("/access_token"));
    client.get("me").await.expect(200);

    refused(&app, &first, "n1").await;
    refused(&app, third.str("/refresh_token"), "n3").await;
    client
        .get("me")
        .await
        .expect_problem(401, "session_revoked");
    elsewhere.get("me").await.expect(200);
    let ended = app
        .rows("SELECT revoke_reason FROM sessions WHERE revoked_at IS NOT NULL")
        .await;
    assert_eq!(ended, [json!({"revoke_reason": "token_reuse"})]);
}

/// The thief was first: what the owner holds came from the same token.
#[tokio::test]
async fn two_lines_of_tokens_from_one_end_the_session() {
    let (app, _) = city().await;
    let stolen = logged_in(&app).await;
    let thiefs = refresh(&app, &stolen, "thief").await;
    let owners = refresh(&app, &stolen, "owner").await;
    let thiefs = refresh(&app, &thiefs, "thief again").await;
    refused(&app, &owners, "owner again").await;
    refused(&app, &thiefs, "thief once more").await;
}

/// Whichever comes first: never do both lines live on.
#[tokio::test]
async fn two_lines_used_at_once_do_not_both_live_on() {
    let (app, _) = city().await;
    for _ in 0..5 {
        let first = logged_in(&app).await;
        let one = refresh(&app, &first, "a").await;
        let other = refresh(&app, &first, "b").await;
        let answers = tokio::join!(send(&app, &one, "c"), send(&app, &other, "d"));
        let mut statuses = [answers.0.status, answers.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
    }
}

#[tokio::test]
async fn a_session_ends_180_days_after_its_last_refresh() {
    let (app, _) = city().await;
    let mut token = logged_in(&app).await;
    for nonce in ["n1", "n2", "n3"] {
        app.clock.advance(DAY * 179);
        token = refresh(&app, &token, nonce).await;
    }
    app.clock.advance(DAY * 180);
    refused(&app, &token, "n4").await;
}

#[tokio::test]
async fn a_token_that_was_never_given_opens_nothing_and_ends_nothing() {
    let (app, _) = city().await;
    let token = logged_in(&app).await;
    refused(&app, "A3NyxkMrIBjB8Q1c8s8mGvDbY1nJ0u3Q4v5w6x7y8z0", "n1").await;
    refused(&app, "", "n1").await;
    refresh(&app, &token, "n1").await;
}

#[tokio::test]
async fn no_refresh_outlives_logging_out_or_the_account() {
    let (app, admin, id) = city_with("clerk", "clerk", None).await;
    let login = log_in(&app, "clerk", DEMO_PASSWORD).await.expect(200);
    let clerk = app.client().with_token(login.str("/access_token"));
    clerk.post("auth/logout").await.expect(204);
    refused(&app, login.str("/refresh_token"), "n").await;

    let login = log_in(&app, "clerk", DEMO_PASSWORD).await.expect(200);
    let off = json!({"active": false});
    admin
        .patch(&format!("users/{id}"))
        .json(&off)
        .await
        .expect(200);
    refused(&app, login.str("/refresh_token"), "n").await;
}

#[tokio::test]
async fn a_refresh_needs_a_nonce() {
    let (app, _) = city().await;
    let token = logged_in(&app).await;
    for nonce in [String::new(), "n".repeat(201)] {
        send(&app, &token, &nonce)
            .await
            .expect_problem(422, "invalid")
            .expect_fault("/nonce");
    }
    let body = json!({"refresh_token": token});
    let without = app.client().post("auth/refresh").json(&body).await;
    without.expect_problem(422, "invalid");
}
