//! Sending bytes: before or after the report, as they are or as a form, once or twenty times.

use futures_util::future::join_all;
use serde_json::json;

use super::{files, form, repr_digest, stored};
use crate::harness::TestApp;
use crate::harness::story::{self, Photo};

#[tokio::test]
async fn bytes_may_come_before_the_report_or_after_it() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let (early, late) = (Photo::new(), Photo::new());
    early.put(&inspector).await.expect(201);
    let draft = story::report("371602").photos(vec![early.clone(), late.clone()]);
    let sent = draft.post(&inspector).await;
    let arrived = async |expected: [bool; 2]| {
        let report = inspector
            .get(&format!("reports/{}", sent.draft.id))
            .await
            .expect(200);
        for (index, stored) in expected.into_iter().enumerate() {
            assert_eq!(report.at(&format!("/attachments/{index}/stored")), stored);
        }
    };
    arrived([true, false]).await;
    late.put(&inspector).await.expect(201);
    arrived([true, true]).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn the_answer_says_what_is_stored_and_a_repeat_says_the_same() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let path = format!("attachments/{}", photo.aid);
    let receipt = json!({
        "aid": photo.aid, "sha256": photo.sha256(), "bytes": photo.bytes.len(), "stored": true,
    });
    let put = inspector
        .put(&path)
        .body("image/jpeg", photo.bytes.clone())
        .header("repr-digest", repr_digest(&photo.bytes));
    assert_eq!(put.await.expect(201).json, receipt);
    assert_eq!(photo.put(&inspector).await.expect(200).json, receipt);
    let (media_type, body) = form("file", &photo);
    let post = inspector.post(&path).body(media_type, body);
    assert_eq!(post.await.expect(200).json, receipt);
    // A body without a media type, as some clients send it.
    let bare = inspector
        .put(&path)
        .body("application/octet-stream", photo.bytes.clone());
    assert_eq!(bare.await.expect(200).json, receipt);
    assert_eq!(files(&app).len(), 1);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_form_is_as_good_as_the_bytes_themselves() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let sent = story::report("371602").post(&inspector).await;
    let photo = &sent.draft.photos[0];
    let path = format!("attachments/{}", photo.aid);
    let (media_type, body) = form("file", photo);
    let post = inspector
        .post(&path)
        .body(media_type, body)
        .header("repr-digest", repr_digest(&photo.bytes));
    post.await.expect(201);
    photo.put(&inspector).await.expect(200);
    let original = clerk.get(&format!("{path}/original")).await.expect(200);
    assert_eq!(original.body, photo.bytes);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn twenty_senders_of_one_photo_store_it_once() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    // Longer than one part of an upload, so that they overlap.
    let photo = Photo::of_bytes(vec![7; 700_000]);
    let answers = join_all((0..20).map(|_| photo.put(&inspector))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let created = statuses.iter().filter(|status| **status == 201).count();
    let repeated = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!((created, repeated), (1, 19), "{statuses:?}");
    assert_eq!(stored(&app).await.len(), 1);
    assert_eq!(files(&app).len(), 1);
    assert_eq!(app.run_jobs().await.done, 1);
    app.finish().await;
}

#[tokio::test]
async fn another_accounts_photo_cannot_be_replaced_or_probed() {
    let app = TestApp::demo().await;
    let (one, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let sent = story::report("371602").post(&one).await;
    let photo = &sent.draft.photos[0];
    photo.put(&other).await.expect_problem(409, "id_taken");
    photo.put(&one).await.expect(201);
    let probe = photo.put(&other).await.expect_problem(409, "id_taken");
    assert!(!probe.text().contains("sha256"), "{probe:?}");
    assert_eq!(files(&app).len(), 1);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn officers_and_clerks_send_photos_but_not_auditors_and_administrators() {
    let app = TestApp::demo().await;
    for sender in ["officer-371602-sanitation", "clerk", "supervisor"] {
        let client = app.login(sender).await;
        Photo::new().put(&client).await.expect(201);
    }
    for sender in ["auditor", "admin"] {
        let client = app.login(sender).await;
        let refused = Photo::new().put(&client).await;
        refused.expect_problem(403, "forbidden");
    }
    app.run_jobs().await;
    app.finish().await;
}
