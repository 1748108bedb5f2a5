//! Faked rectifications: marked by the office, seen by the unit, counted.

use serde_json::json;

use crate::harness::story::{self, command, recheck, rectify, ticket};
use crate::harness::{Client, Response, TestApp};
use crate::round::seal::SANITATION;

async fn mark(client: &Client, ticket: &str, act: &str) -> Response {
    let body = json!({ "reason": "整改后照片为翻拍" });
    let path = format!("tickets/{ticket}/integrity-flag{act}");
    client.post(&path).json(&body).await
}

#[tokio::test]
async fn a_faked_rectification_is_marked_seen_by_its_unit_and_counted_until_the_mark_is_lifted() {
    let app = TestApp::demo().await;
    let (inspector, officer) = (app.login("inspector1").await, app.login(SANITATION).await);
    let id = story::report("371602").post(&inspector).await.ticket;
    let clerk = app.login("clerk").await;
    mark(&clerk, &id, "")
        .await
        .expect_problem(409, "wrong_state");
    rectify(&officer, &id).await;
    let rechecker = app.login("inspector2").await;
    command(&rechecker, &id, "recheck", recheck("fail"))
        .await
        .expect(200);
    let before = ticket(&officer, &id).await.str("/rev").to_owned();
    mark(&clerk, &id, "").await.expect(201);
    mark(&clerk, &id, "")
        .await
        .expect_problem(409, "flagged_before");
    mark(&officer, &id, "")
        .await
        .expect_problem(403, "forbidden");

    let seen = ticket(&officer, &id).await;
    assert_eq!(
        seen.at("/handling/integrity_flag/reason"),
        "整改后照片为翻拍"
    );
    assert_ne!(seen.str("/rev"), before);
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    let last = trail.list("/items").last().expect("a row");
    assert_eq!(
        (&last["command"], &last["opinion"]),
        (&json!("flag_integrity"), &json!("整改后照片为翻拍"))
    );
    assert!(ticket(&inspector, &id).await.json.get("handling").is_none());
    let counted = |unit: &str, flags: i64| json!([{ "unit": unit, "name": "滨城区环境卫生服务中心", "flags": flags }]);
    for reader in [&clerk, &officer] {
        let counts = reader.get("supervision/integrity-flags").await.expect(200);
        assert_eq!(counts.at("/items"), &counted("371602-sanitation", 1));
    }
    let other = app.login("officer-371603").await;
    let counts = other.get("supervision/integrity-flags").await.expect(200);
    assert!(counts.list("/items").is_empty());

    let supervisor = app.login("supervisor").await;
    mark(&supervisor, &id, "/lift").await.expect(204);
    mark(&supervisor, &id, "/lift")
        .await
        .expect_problem(404, "not_found");
    assert!(
        ticket(&officer, &id)
            .await
            .json
            .pointer("/handling/integrity_flag")
            .is_none()
    );
    let counts = clerk.get("supervision/integrity-flags").await.expect(200);
    assert!(counts.list("/items").is_empty());
    crate::audit::assert_whole(&app).await;
    app.run_jobs().await;
    app.finish().await;
}
