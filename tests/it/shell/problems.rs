//! Failures that no handler answers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::Method;

use crate::harness::TestApp;

#[tokio::test]
async fn an_unknown_path_is_a_problem_in_the_readers_language() {
    let app = TestApp::empty().await;
    let chinese = app
        .client()
        .get("nowhere")
        .await
        .expect_problem(404, "not_found");
    assert_eq!(chinese.str("/title"), "未找到");
    assert_eq!(chinese.header("content-language"), Some("zh-CN"));
    assert_eq!(chinese.str("/type"), "/#problem-not_found");
    let english = app
        .client()
        .get("nowhere")
        .header("accept-language", "en-GB, zh;q=0.5")
        .await
        .expect_problem(404, "not_found");
    assert_eq!(english.str("/title"), "Not found");
    assert_eq!(english.header("content-language"), Some("en"));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::empty().await;
    for path in ["openapi.json", "/", "/healthz", "/docs/index.html"] {
        let answer = app
            .client()
            .delete(path)
            .await
            .expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some("GET, HEAD"), "{path}");
    }
    let photo = "attachments/00000000-0000-4000-8000-000000000000";
    for (path, allow) in [
        (photo, "GET, HEAD, POST, PUT"),
        ("reports", "POST"),
        ("policies", "GET, HEAD, PUT"),
        ("users/7", "GET, HEAD, PATCH"),
    ] {
        let answer = app.client().delete(path).await;
        let answer = answer.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
}

#[tokio::test]
async fn ids_and_parameters_that_cannot_be_are_problems() {
    let app = TestApp::demo().await;
    let clerk = app.login("clerk").await;
    for path in [
        "tickets/7",
        "reports/%00",
        "tickets/../secret",
        "units/%E5%8D%95",
    ] {
        clerk.get(path).await.expect_problem(404, "not_found");
    }
    for query in [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=many",
        "state=open",
        "bbox=1,2,3",
        "bbox=NaN,0,0,0",
        "overdue=perhaps",
        "datum=mars",
        "stat=closed",
        "q=%00",
    ] {
        let answer = clerk.get(&format!("tickets?{query}")).await;
        answer.expect_problem(422, "invalid_query");
    }
    for cursor in ["x", "%00", "eyJhIjoxfQ", "%F0%9F%97%91"] {
        let answer = clerk.get(&format!("tickets?cursor={cursor}")).await;
        assert_eq!(answer.status, 422, "{cursor}: {}", answer.text());
    }
    app.finish().await;
}

#[tokio::test]
async fn head_is_answered_wherever_get_is() {
    let app = TestApp::empty().await;
    for path in ["/healthz", "/", "/docs/", "/api/v1/openapi.json"] {
        let get = app.client().get(path).await.expect(200);
        let head = app.client().request(Method::HEAD, path).await.expect(200);
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
        let request = format!("HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let raw = exchange(&app, &request);
        assert!(raw.ends_with("\r\n\r\n"), "a body follows the head: {raw}");
    }
    let answer = app.client().request(Method::HEAD, "reports").await;
    assert_eq!(answer.expect(405).header("allow"), Some("POST"));
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_another_replaced() {
    let app = TestApp::empty().await;
    let kept = app
        .client()
        .get("nowhere")
        .header("x-request-id", "proxy-17.a_b")
        .await;
    assert_eq!(kept.str("/request_id"), "proxy-17.a_b");
    assert_eq!(kept.header("x-request-id"), Some("proxy-17.a_b"));
    let long = "x".repeat(65);
    for forged in ["a b", "a\"b", "", long.as_str()] {
        let answer = app
            .client()
            .get("nowhere")
            .header("x-request-id", forged)
            .await;
        assert_eq!(answer.str("/request_id").len(), 32, "{forged:?} was taken");
    }
    let fine = app.client().get("/healthz").await.expect(200);
    assert!(fine.header("x-request-id").is_some());
}

#[tokio::test]
async fn a_failed_head_request_is_answered_without_a_body() {
    let app = TestApp::empty().await;
    let answer = app
        .client()
        .request(Method::HEAD, "nowhere")
        .await
        .expect(404);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let raw = exchange(
        &app,
        "HEAD /api/v1/nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    assert!(raw.starts_with("HTTP/1.1 404"), "{raw}");
    assert!(raw.ends_with("\r\n\r\n"), "a body follows the head: {raw}");
}

#[tokio::test]
async fn a_request_that_is_no_http_is_cut_off_without_harm() {
    let app = TestApp::empty().await;
    let raw = exchange(&app, "\u{1}\u{2} nonsense\r\n\r\n");
    assert!(raw.starts_with("HTTP/1.1 400") || raw.is_empty(), "{raw}");
    app.client().get("/healthz").await.expect(200);
}

/// Bytes out, bytes back until the server closes.
fn exchange(app: &TestApp, request: &str) -> String {
    let address = app.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .write_all(request.as_bytes())
        .expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}
