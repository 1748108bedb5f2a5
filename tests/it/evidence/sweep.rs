//! Keeping house: what nobody needs goes after its time, and nothing that somebody needs ever does.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel_async::SimpleAsyncConnection as _;
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;
use xuncha::services::evidence::sweep::{Swept, sweep};

use super::{files, stored};
use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo};
use crate::harness::{Client, TestApp};
use crate::sync::push::create;

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn swept(app: &TestApp) -> Swept {
    sweep(&app.svc).await.expect("the store answers")
}

fn orphans(count: usize) -> Swept {
    Swept {
        orphans: count,
        ..Swept::default()
    }
}

async fn original(clerk: &Client, photo: &Photo) -> u16 {
    let path = format!("attachments/{}/original", photo.aid);
    let answer = clerk.get(&path).await;
    assert!(
        answer.status != 200 || answer.body == photo.bytes,
        "other bytes"
    );
    answer.status
}

#[tokio::test]
async fn a_photo_that_no_report_ever_declared_goes_after_thirty_days() {
    let app = TestApp::demo().await;
    let mut phone = Phone::of(&app, "inspector1").await;
    let clerk = app.login("clerk").await;
    let photo = Photo::new();
    photo.put(&phone.client).await.expect(201);
    app.run_jobs().await;
    phone.pull().await;
    assert_eq!(phone.ids("attachments").len(), 1);
    assert_eq!(files(&app).len(), 3);

    app.clock.advance(DAY * 30);
    assert_eq!(swept(&app).await, orphans(0));
    assert_eq!(original(&clerk, &photo).await, 200);
    app.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(swept(&app).await, orphans(1));
    assert_eq!(original(&clerk, &photo).await, 404);
    assert_eq!(files(&app), [""; 0]);
    assert_eq!(swept(&app).await, orphans(0));

    phone.log_in_again(&app, "inspector1").await;
    phone.pull().await;
    assert_eq!(phone.ids("attachments"), [""; 0]);
    // The phone has kept its copy: nothing told it that this one was safe.
    photo.put(&phone.client).await.expect(201);
    assert_eq!(original(&clerk, &photo).await, 200);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn photos_of_reports_commands_and_quarantined_work_stay_for_ever() {
    let app = TestApp::demo().await;
    let phone = Phone::of(&app, "inspector1").await;
    let officer = app.login("officer-371602-sanitation").await;
    let sent = story::report("371602").send(&phone.client).await;
    story::rectify(&officer, &sent.ticket).await;
    let early = Photo::new();
    early.put(&phone.client).await.expect(201);
    let unknown = story::report("371602")
        .item("E9999")
        .photos(vec![early.clone()]);
    let result = phone.push_one(&create(&unknown)).await;
    assert_eq!(result.get("verdict"), Some(&json!("quarantined")));
    assert_eq!(result.get("safe_to_delete"), Some(&json!(true)));
    app.run_jobs().await;
    let before = (stored(&app).await.len(), files(&app).len());
    assert_eq!(before, (3, 9));

    app.clock.advance(DAY * 400);
    assert_eq!(swept(&app).await, Swept::default());
    assert_eq!((stored(&app).await.len(), files(&app).len()), before);
    let clerk = app.login("clerk").await;
    assert_eq!(original(&clerk, &early).await, 200);
    app.finish().await;
}

/// A file in the store, so many days old.
fn leave(app: &TestApp, key: &str, days: i32) -> PathBuf {
    let path = app.blobs_folder().join(key);
    std::fs::create_dir_all(path.parent().expect("in a folder")).expect("the test's own folder");
    let file = File::create(&path).expect("the test's own folder");
    let written = app.svc.now() - DAY * days;
    let since_epoch = u64::try_from(written.as_second()).expect("after 1970");
    file.set_modified(UNIX_EPOCH + Duration::from_secs(since_epoch))
        .expect("our own file");
    path
}

#[tokio::test]
async fn what_a_crash_has_left_goes_once_it_is_old() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let sent = story::report("371602").send(&inspector).await;
    app.run_jobs().await;
    let known = files(&app);
    for path in &known {
        let key = path.strip_prefix(&app.blobs_folder().to_string_lossy().into_owned());
        // Only its time changes; it is made anew, empty.
        leave(&app, key.expect("below it").trim_start_matches('/'), 400);
    }
    let id = || Uuid::new_v4();
    let old = [
        leave(&app, &format!("original/{}", id()), 32),
        // Unfinished: the store itself does not list it.
        leave(&app, &format!("original/{}#1", id()), 32),
        leave(&app, &format!("display/{}", id()), 32),
        leave(&app, &format!("thumb/{}", id()), 400),
    ];
    let others = [
        leave(&app, &format!("original/{}", id()), 30),
        leave(&app, &format!("thumb/{}", id()), 0),
        leave(&app, "health", 400),
    ];
    let strays = Swept {
        strays: old.len(),
        ..Swept::default()
    };
    assert_eq!(swept(&app).await, strays);
    assert!(old.iter().all(|path| !path.exists()));
    assert!(others.iter().all(|path| path.exists()));
    assert!(known.iter().all(|path| PathBuf::from(path).exists()));
    assert_eq!(swept(&app).await, Swept::default());
    let clerk = app.login("clerk").await;
    story::ticket(&clerk, &sent.ticket).await;
    app.finish().await;
}

/// Waits until so many sessions wait for a lock.
async fn are_waiting(app: &TestApp, count: usize) {
    let waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while app.rows(waiting).await.len() < count {}
}

#[tokio::test]
async fn a_photo_that_is_being_linked_stays() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    photo.put(&inspector).await.expect(201);
    app.run_jobs().await;
    app.clock.advance(DAY * 31);
    // Holds up the report after it has linked its photo.
    let mut other = app.sql().await;
    other
        .batch_execute("BEGIN; LOCK TABLE tickets IN SHARE MODE")
        .await
        .expect("a lock");
    let reporting = story::report("371602").photos(vec![photo.clone()]);
    let inspector = app.login("inspector1").await;
    let report = tokio::spawn(async move { reporting.post(&inspector).await });
    are_waiting(&app, 1).await;
    assert_eq!(swept(&app).await, orphans(0));
    drop(other);
    report.await.expect("it does not panic");
    assert_eq!(swept(&app).await, orphans(0));
    let clerk = app.login("clerk").await;
    assert_eq!(original(&clerk, &photo).await, 200);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_report_that_declares_a_photo_at_its_last_moment_is_told_to_send_it_again() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    photo.put(&inspector).await.expect(201);
    app.run_jobs().await;
    app.clock.advance(DAY * 31);
    // Holds up the sweeper after it has removed the row, and the report with it.
    let mut other = app.sql().await;
    other
        .batch_execute("BEGIN; LOCK TABLE sync_feed IN SHARE MODE")
        .await
        .expect("a lock");
    let svc = app.svc.clone();
    let sweeping = tokio::spawn(async move { sweep(&svc).await });
    are_waiting(&app, 1).await;
    let draft = story::report("371602").photos(vec![photo.clone()]);
    let inspector = app.login("inspector1").await;
    let sender = inspector.clone();
    let report = tokio::spawn(async move { draft.post(&sender).await });
    are_waiting(&app, 2).await;
    drop(other);
    let done = sweeping.await.expect("it does not panic");
    assert_eq!(done.expect("the store answers"), orphans(1));
    let sent = report.await.expect("it does not panic");
    let path = format!("reports/{}", sent.draft.id);
    let report = inspector.get(&path).await.expect(200);
    assert_eq!(report.at("/attachments/0/stored"), false);
    photo.put(&inspector).await.expect(201);
    let clerk = app.login("clerk").await;
    assert_eq!(original(&clerk, &photo).await, 200);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn whatever_is_swept_meanwhile_a_phone_is_told_the_truth() {
    let app = TestApp::demo().await;
    let early = Phone::of(&app, "inspector1").await;
    let photos: Vec<Photo> = (0..24).map(|_| Photo::new()).collect();
    for photo in &photos {
        photo.put(&early.client).await.expect(201);
    }
    app.run_jobs().await;
    app.clock.advance(DAY * 31);
    let phone = Phone::of(&app, "inspector1").await;
    let clerk = app.login("clerk").await;
    let sweeping = async {
        for _ in 0..4 {
            swept(&app).await;
        }
    };
    let drafts = photos
        .iter()
        .map(|photo| story::report("371602").photos(vec![photo.clone()]));
    let pushing = join_all(drafts.map(async |draft| {
        let result = phone.push_one(&create(&draft)).await;
        assert_eq!(result.get("verdict"), Some(&json!("applied")), "{result}");
        result.get("safe_to_delete") == Some(&json!(true))
    }));
    let (told, ()) = tokio::join!(pushing, sweeping);
    for (photo, safe) in photos.iter().zip(told) {
        let expected = if safe { 200 } else { 409 };
        assert_eq!(original(&clerk, photo).await, expected);
        photo.put(&phone.client).await;
        assert_eq!(original(&clerk, photo).await, 200);
    }
    app.run_jobs().await;
    app.finish().await;
}

/// Sends a photo by tus, whole with its creation; answers its link.
async fn send_by_tus(client: &Client, photo: &Photo, metadata: &str) -> String {
    let sent = client
        .post("files")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", photo.bytes.len().to_string())
        .header("upload-metadata", metadata)
        .body("application/offset+octet-stream", photo.bytes.clone())
        .await
        .expect(201);
    let link = sent.header("location").expect("a link");
    let (_, path) = link.split_once("/api/v1/").expect("of this API");
    path.to_owned()
}

async fn offset(client: &Client, link: &str) -> (u16, Option<String>) {
    let head = client.request(reqwest::Method::HEAD, link);
    let told = head.header("tus-resumable", "1.0.0").await;
    let offset = told.header("upload-offset").map(str::to_owned);
    (told.status, offset)
}

#[tokio::test]
async fn an_upload_whose_photo_has_gone_is_not_called_whole() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let metadata = format!("aid {}", STANDARD.encode(photo.aid.to_string()));
    let link = send_by_tus(&inspector, &photo, &metadata).await;
    app.run_jobs().await;
    // Somebody asks now and then, which keeps the upload alive.
    app.clock.advance(DAY * 20);
    assert_eq!(offset(&app.client(), &link).await.0, 200);
    app.clock.advance(DAY * 11);
    assert_eq!(swept(&app).await, orphans(1));
    assert_eq!(offset(&app.client(), &link).await.0, 404);
    let inspector = app.login("inspector1").await;
    let begun = inspector
        .post("files")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", photo.bytes.len().to_string())
        .header("upload-metadata", metadata)
        .await
        .expect(201);
    let link = begun.header("location").expect("a link");
    let (_, path) = link.split_once("/api/v1/").expect("of this API");
    let told = offset(&app.client(), path).await;
    assert_eq!(told, (200, Some("0".to_owned())));
    app.finish().await;
}

#[tokio::test]
async fn bytes_that_wait_for_their_declaration_are_no_strays() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    send_by_tus(&inspector, &photo, "").await;
    let [path] = files(&app).try_into().expect("one file");
    let file = File::options().write(true).open(&path).expect("a file");
    file.set_modified(UNIX_EPOCH).expect("our own file");
    assert_eq!(swept(&app).await, Swept::default());
    let draft = story::report("371602").photos(vec![photo.clone()]);
    draft.post(&inspector).await;
    let clerk = app.login("clerk").await;
    assert_eq!(original(&clerk, &photo).await, 200);
    app.run_jobs().await;
    app.finish().await;
}
