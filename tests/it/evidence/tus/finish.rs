//! The last byte: the photo is there if it is what was declared, and its upload is gone if not.

use reqwest::Method;
use serde_json::{Value, json};

use super::{append, assert_gone, assert_original, begin, creation, offset_of, piece, tus};
use crate::evidence::{files, stored};
use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo};
use crate::harness::{S3Server, TestApp};

#[tokio::test]
async fn the_report_may_come_before_the_bytes_or_after_them() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let (early, late) = (Photo::new(), Photo::new());
    let place = begin(&inspector, &early).await;
    append(&app.client(), &place, 0, &early.bytes).await;
    let draft = story::report("371602").photos(vec![early.clone(), late.clone()]);
    let sent = draft.post(&inspector).await;
    let place = begin(&inspector, &late).await;
    append(&app.client(), &place, 0, &late.bytes).await;
    app.run_jobs().await;
    let report = inspector.get(&format!("reports/{}", sent.draft.id)).await;
    let report = report.expect(200);
    for (index, photo) in [early, late].into_iter().enumerate() {
        let arrived = json!({ "aid": photo.aid, "stored": true, "rendition": "ready" });
        assert_eq!(report.at(&format!("/attachments/{index}")), &arrived);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_last_byte_makes_the_mutation_safe_to_delete() {
    let app = TestApp::demo().await;
    let mut phone = Phone::of(&app, "inspector1").await;
    let draft = story::report("371602");
    let photo = draft.photos[0].clone();
    let mut mutation = draft.body();
    let mid = uuid::Uuid::new_v4();
    mutation["mid"] = json!(mid);
    mutation["seq"] = json!(1);
    mutation["kind"] = json!("report.create");
    let told = phone.push_one(&mutation).await;
    assert_eq!(told["safe_to_delete"], false);
    let place = begin(&phone.client, &photo).await;
    append(&app.client(), &place, 0, &photo.bytes[..100]).await;
    phone.pull().await;
    let safe = |phone: &Phone| phone.receipts[&mid.to_string()]["safe_to_delete"].clone();
    assert_eq!(safe(&phone), json!(false));
    append(&app.client(), &place, 100, &photo.bytes[100..]).await;
    phone.pull().await;
    assert_eq!(safe(&phone), json!(true));
    app.run_jobs().await;
    app.finish().await;
}

async fn is_refused_when_it_is_another_file(app: &TestApp) {
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let client = app.client();
    let sent = story::report("371602").post(&inspector).await;
    // Of one the report declares the digest, of the other the upload states it.
    for photo in [sent.draft.photos[0].clone(), Photo::new()] {
        let place = begin(&inspector, &photo).await;
        let mut flipped = photo.bytes.clone();
        flipped[9] ^= 1;
        append(&client, &place, 0, &flipped[..300]).await;
        let refused = piece(&client, &place, 300, &flipped[300..]).await;
        let refused = refused.expect_problem(460, "file_mismatch");
        assert_eq!(refused.at("/received_bytes"), flipped.len());
        assert_gone(&client, &place).await;
        let original = clerk
            .get(&format!("attachments/{}/original", photo.aid))
            .await;
        assert!(matches!(original.status, 404 | 409), "{original:?}");
        let anew = begin(&inspector, &photo).await;
        assert_ne!(anew, place);
        append(&client, &anew, 0, &photo.bytes).await;
        assert_original(&clerk, &photo).await;
    }
    app.run_jobs().await;
}

#[tokio::test]
async fn a_file_that_is_not_the_declared_one_is_refused_and_forgotten() {
    let app = TestApp::demo().await;
    is_refused_when_it_is_another_file(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn a_file_that_is_not_the_declared_one_is_refused_and_forgotten_in_s3() {
    let s3 = S3Server::start().await;
    let app = TestApp::demo_on(s3.config()).await;
    is_refused_when_it_is_another_file(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn a_photo_that_came_another_way_meanwhile_is_kept_once() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    append(&app.client(), &place, 0, &photo.bytes[..100]).await;
    photo.put(&inspector).await.expect(201);
    assert_eq!(begin(&inspector, &photo).await, place);
    assert_eq!(offset_of(&app.client(), &place).await, photo.bytes.len());
    let other = Photo::new();
    let place = begin(&inspector, &other).await;
    append(&app.client(), &place, 0, &other.bytes[..100]).await;
    other.put(&inspector).await.expect(201);
    append(&app.client(), &place, 100, &other.bytes[100..]).await;
    assert_original(&clerk, &other).await;
    assert_eq!(app.run_jobs().await.done, 2);
    let originals = files(&app);
    let originals = originals.iter().filter(|path| path.contains("/original/"));
    assert_eq!(originals.count(), 2);
    app.finish().await;
}

#[tokio::test]
async fn a_link_keeps_working_for_a_disabled_account_but_gives_it_no_photo() {
    let app = TestApp::demo().await;
    let (inspector, admin) = (app.login("inspector1").await, app.login("admin").await);
    let clerk = app.login("clerk").await;
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let me = inspector.get("me").await.expect(200);
    let account = format!("users/{}", me.str("/id"));
    let switch = |active: bool| {
        admin
            .patch(&account)
            .json(&json!({ "active": active }))
            .send()
    };
    switch(false).await.expect(200);
    append(&app.client(), &place, 0, &photo.bytes).await;
    assert_eq!(stored(&app).await, [Value::Null; 0]);
    assert_eq!(app.rows("SELECT id FROM jobs").await, [Value::Null; 0]);

    switch(true).await.expect(200);
    let inspector = app.login("inspector1").await;
    assert_eq!(begin(&inspector, &photo).await, place);
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_photo_that_was_ended_can_be_sent_anew() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    append(&app.client(), &place, 0, &photo.bytes[..100]).await;
    tus(&app.client(), Method::DELETE, &place).await.expect(204);
    assert_gone(&app.client(), &place).await;
    let again = tus(&app.client(), Method::DELETE, &place).await;
    again.expect_problem(404, "not_found");
    assert_eq!(files(&app), [""; 0]);
    let anew = begin(&inspector, &photo).await;
    assert_ne!(anew, place);
    append(&app.client(), &anew, 0, &photo.bytes).await;
    assert_original(&clerk, &photo).await;
    // Its evidence stays when its upload goes.
    tus(&app.client(), Method::DELETE, &anew).await.expect(204);
    assert_original(&clerk, &photo).await;
    assert_eq!(creation(&inspector, &photo).await.status, 201);
    app.run_jobs().await;
    app.finish().await;
}
