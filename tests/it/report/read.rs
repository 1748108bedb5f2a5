//! Reading a report back.

use serde_json::json;
use uuid::Uuid;

use super::{counts, report, report_with, send};
use crate::harness::TestApp;
use crate::harness::story::Photo;

#[tokio::test]
async fn a_report_is_read_by_its_sender_and_the_office() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let sent = send(&inspector, &report()).await.expect(201);
    let path = format!("reports/{}", sent.str("/id"));
    for reader in ["inspector1", "clerk", "supervisor"] {
        let read = app.login(reader).await.get(&path).await.expect(200);
        assert_eq!(read.json, sent.json, "{reader}");
    }
    let other = app.login("inspector2").await;
    other.get(&path).await.expect_problem(404, "not_found");
    for reader in ["officer-371602", "auditor", "admin"] {
        let refused = app.login(reader).await.get(&path).await;
        refused.expect_problem(403, "forbidden");
    }
    app.client()
        .get(&path)
        .await
        .expect_problem(401, "unauthenticated");
    for nothing in [Uuid::new_v4().to_string(), "7".to_owned()] {
        inspector
            .get(&format!("reports/{nothing}"))
            .await
            .expect_problem(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_clean_visit_is_a_report_without_tickets() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::of_bytes("the tidy street");
    let clean = json!({
        "id": Uuid::new_v4(), "attachments": [photo.declared()], "data": { "clean": true, "note": "整洁" },
    });
    let answer = send(&inspector, &clean).await.expect(201);
    assert_eq!(answer.at("/clean"), true);
    assert_eq!(answer.at("/findings"), &json!([]));
    assert_eq!(answer.at("/attachments/0/stored"), false);
    send(&inspector, &clean).await.expect(200);
    let counts = counts(&app).await;
    assert_eq!(
        (&counts["reports"], &counts["tickets"]),
        (&json!(1), &json!(0))
    );
    app.finish().await;
}

#[tokio::test]
async fn a_report_tells_which_photos_have_arrived() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::of_bytes("no photo at all");
    let sent = send(&inspector, &report_with(&photo)).await.expect(201);
    assert_eq!(
        sent.list("/attachments"),
        [json!({ "aid": photo.aid, "stored": false, "rendition": "none" })]
    );
    let put = inspector.put(&format!("attachments/{}", photo.aid));
    put.body("image/jpeg", photo.bytes.clone())
        .await
        .expect(201);
    app.run_jobs().await;
    let path = format!("reports/{}", sent.str("/id"));
    let read = inspector.get(&path).await.expect(200);
    assert_eq!(
        read.list("/attachments"),
        [json!({ "aid": photo.aid, "stored": true, "rendition": "unreadable" })]
    );
    app.finish().await;
}
