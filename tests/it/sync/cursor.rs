//! Cursors that mean nothing here: forged, of another device, role or epoch; and one that is a year old.

use serde_json::json;
use uuid::Uuid;
use xuncha::services::sync::epoch;

use crate::harness::phone::Phone;
use crate::harness::{TestApp, story};

#[tokio::test]
async fn a_forged_cursor_and_one_of_another_device_are_told_apart_by_nothing() {
    let app = TestApp::demo().await;
    let mut phone = Phone::of(&app, "inspector1").await;
    phone.pull().await;
    let own = phone.cursor.clone();
    let mut other = Phone::of(&app, "inspector1").await;
    other.pull().await;
    let mut answers = Vec::new();
    for cursor in [
        other.cursor.clone(),
        Some(Uuid::new_v4().simple().to_string()),
        Some("not a cursor".to_owned()),
    ] {
        phone.cursor = cursor;
        let refused = phone.page(None, 500).await;
        let mut problem = refused.expect_problem(409, "cursor_invalid").json;
        problem["request_id"] = json!(null);
        answers.push(problem);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    phone.cursor = own;
    assert!(phone.pull().await.changes.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_forged_page_and_one_of_another_phone_are_refused() {
    let app = TestApp::demo().await;
    let phone = Phone::of(&app, "officer-371602").await;
    let other = Phone::of(&app, "officer-371603").await;
    let page = phone.page(None, 10).await.expect(200);
    let page = page.str("/page");
    other
        .page(Some(page), 10)
        .await
        .expect_problem(409, "cursor_invalid");
    let (head, tail) = page.split_at(page.len() / 2);
    let letter = if tail.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{head}{letter}{}", tail.get(1..).expect("ASCII"));
    phone
        .page(Some(&forged), 10)
        .await
        .expect_problem(409, "cursor_invalid");
    phone.page(Some(page), 10).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_year_old_cursor_brings_what_happened_in_the_year_and_nothing_else() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let mut phone = Phone::of(&app, "officer-371602-sanitation").await;
    let old = story::report("371602").post(&inspector).await;
    phone.pull().await;
    app.clock.set("2027-11-22 09:00");
    let new = story::report("371602").post(&inspector).await;
    let again = Phone {
        client: app
            .client()
            .login_on("officer-371602-sanitation", phone.device)
            .await,
        ..phone
    };
    let mut phone = again;
    let year = phone.pull().await;
    assert_eq!(year.mode, "delta");
    assert_eq!(year.changes.len(), 1);
    assert_eq!(year.changes[0]["id"], json!(new.ticket));
    let mut held = phone.ids("tickets");
    held.sort_unstable();
    let mut both = [old.ticket.as_str(), new.ticket.as_str()];
    both.sort_unstable();
    assert_eq!(held, both);
    app.finish().await;
}

#[tokio::test]
async fn a_restore_into_another_cluster_begins_an_epoch_and_no_row_is_skipped_after_it() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let mut phone = Phone::of(&app, "officer-371602-sanitation").await;
    story::report("371602").post(&inspector).await;
    phone.pull().await;
    assert!(!epoch::check(&app.svc).await.expect("the database answers"));
    let before = phone.page(None, 10).await.str("/epoch").to_owned();
    // As after a dump and restore: the feed tells of transactions that this cluster has not come to.
    app.execute("UPDATE sync_feed SET tx = tx + 100000000, since = since + 100000000")
        .await;
    assert!(epoch::check(&app.svc).await.expect("the database answers"));
    assert!(!epoch::check(&app.svc).await.expect("the database answers"));
    let refused = phone.page(None, 10).await;
    refused.expect_problem(409, "cursor_invalid");
    phone.cursor = None;
    let pulled = phone.pull().await;
    assert_eq!(pulled.mode, "snapshot");
    assert_eq!(phone.ids("tickets").len(), 1);
    let after = phone.page(None, 10).await.str("/epoch").to_owned();
    assert_ne!(before, after);
    let new = story::report("371602").post(&inspector).await;
    let delta = phone.pull().await;
    assert_eq!(delta.changes.len(), 1, "{delta:?}");
    assert_eq!(delta.changes[0]["id"], json!(new.ticket));
    app.finish().await;
}

#[tokio::test]
async fn a_restore_is_noticed_by_cursors_alone() {
    let app = TestApp::demo().await;
    let mut phone = Phone::of(&app, "officer-371602-sanitation").await;
    phone.pull().await;
    // The feed is old enough; a cursor has seen more than this cluster has come to.
    app.execute("UPDATE sync_cursors SET snap = '900000000:900000000:'")
        .await;
    assert!(epoch::check(&app.svc).await.expect("the database answers"));
    let refused = phone.page(None, 10).await;
    refused.expect_problem(409, "cursor_invalid");
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_means_nothing_in_another_role() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let mut phone = Phone::of(&app, "inspector5").await;
    phone.pull().await;
    let users = admin.get("users?limit=500").await.expect(200);
    let id = users
        .list("/items")
        .iter()
        .find(|user| user["username"] == "inspector5")
        .and_then(|user| user["id"].as_str())
        .expect("an account")
        .to_owned();
    admin
        .patch(&format!("users/{id}"))
        .json(&json!({ "role": "clerk" }))
        .await
        .expect(200);
    phone
        .page(None, 10)
        .await
        .expect_problem(401, "session_revoked");
    phone.client = app.client().login_on("inspector5", phone.device).await;
    phone
        .page(None, 10)
        .await
        .expect_problem(409, "cursor_invalid");
    phone.cursor = None;
    phone.pull().await;
    assert!(!phone.ids("units").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn the_device_of_a_request_is_that_of_the_login() {
    let app = TestApp::demo().await;
    let phone = Phone::of(&app, "inspector1").await;
    let path = "sync/changes?limit=1";
    let of_login = phone.device.to_string();
    phone.client.get(path).await.expect(200);
    phone
        .client
        .get(path)
        .header("x-device-id", &of_login)
        .await
        .expect(200);
    phone
        .client
        .get(path)
        .header("x-device-id", Uuid::new_v4().to_string())
        .await
        .expect_problem(401, "device_unknown");
    let browser = app.login("inspector2").await;
    browser
        .get(path)
        .await
        .expect_problem(400, "malformed_header");
    browser
        .get(path)
        .header("x-device-id", &of_login)
        .await
        .expect_problem(401, "device_unknown");
    browser
        .get(path)
        .header("x-device-id", Uuid::new_v4().to_string())
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn an_app_that_is_too_old_may_not_pull() {
    let app = TestApp::demo().await;
    let phone = Phone::of(&app, "inspector1").await;
    let pull = phone.client.get("sync/changes").header("x-app-schema", "0");
    pull.await.expect_problem(426, "upgrade_required");
    let pull = phone.client.get("sync/changes").header("x-app-schema", "2");
    pull.await.expect(200);
    app.finish().await;
}
