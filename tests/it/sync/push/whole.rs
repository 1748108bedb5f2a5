//! The answer to a batch as a whole.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{city, counts, create};
use crate::harness::TestApp;
use crate::harness::story;

#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let (app, inspector, _) = city().await;
    let bodies = [
        "",
        "{",
        "[]",
        "7",
        "null",
        "{}",
        r#"{"mutations": null}"#,
        r#"{"mutations": {}}"#,
        r#"{"mutations": [}"#,
        r#"[null, null, null, []]"#,
        r#"{"mutations": [], "mutations": []}"#,
        r#"{"mutations": []} {}"#,
    ];
    for body in bodies {
        inspector
            .send(body)
            .await
            .expect_problem(400, "malformed_json");
    }
    let answer = inspector
        .send(r#"{"mutations": [], "batch_id": "x", "clock": 7, "base_cursor": {}}"#)
        .await
        .expect(200);
    assert_eq!(
        (answer.at("/results"), answer.at("/batch_id")),
        (&json!([]), &Value::Null)
    );
    assert_eq!(answer.at("/server_time"), "2026-11-20T02:00:00Z");
    app.finish().await;
}

#[tokio::test]
async fn a_batch_that_is_too_large_learns_the_limits() {
    let (app, inspector, _) = city().await;
    let many: Vec<Value> = (0..201).map(|_| json!({ "mid": Uuid::new_v4() })).collect();
    let long = json!({ "mutations": [{ "mid": Uuid::new_v4(), "note": "x".repeat(1024 * 1024) }] });
    for body in [json!({ "mutations": many }), long] {
        let answer = inspector
            .send(body.to_string())
            .await
            .expect_problem(413, "too_large");
        let limits = json!({ "batch_items": 200, "batch_bytes": 1_048_576, "chunk_bytes": 1_048_576, "poll_after_s": 300 });
        assert_eq!(answer.at("/limits"), &limits);
    }
    assert_eq!(counts(&app).await["mutation_log"], 0);
    assert_eq!(inspector.push(&many[..200]).await.len(), 200);
    app.finish().await;
}

#[tokio::test]
async fn a_phone_that_is_not_the_logins_is_unknown() {
    let (app, inspector, officer) = city().await;
    let body = json!({ "mutations": [create(&story::report("371602"))] });
    let send = |client: &crate::harness::Client, device: Option<&str>| {
        let request = client.post("sync/batches").json(&body);
        match device {
            Some(device) => request.header("x-device-id", device),
            None => request,
        }
    };
    let other = Uuid::new_v4().to_string();
    send(&inspector.client, Some(&other))
        .await
        .expect_problem(401, "device_unknown");
    let browser = app.login("inspector1").await;
    send(&browser, None)
        .await
        .expect_problem(400, "malformed_header");
    send(&browser, Some("phone"))
        .await
        .expect_problem(400, "malformed_header");
    send(&browser, Some(&officer.device.to_string()))
        .await
        .expect_problem(401, "device_unknown");
    assert_eq!(counts(&app).await["mutation_log"], 0);
    send(&browser, Some(&other)).await.expect(200);
    let devices = app
        .rows("SELECT device_id FROM mutation_log UNION SELECT device_id FROM reports")
        .await;
    assert_eq!(devices, [json!({ "device_id": other })]);
    app.finish().await;
}

#[tokio::test]
async fn nobody_pushes_without_a_login() {
    let app = TestApp::demo().await;
    let request = app
        .client()
        .post("sync/batches")
        .json(&json!({ "mutations": [] }));
    request.await.expect_problem(401, "unauthenticated");
    app.finish().await;
}
