//! The photo store fails: senders are told to try again, nothing counts as stored that is not, and all is well afterwards.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use jiff::SignedDuration;
use nix::sys::signal::Signal;
use serde_json::json;
use xuncha::services::evidence::sweep::sweep;

use super::{files, form};
use crate::harness::story::{self, Photo};
use crate::harness::{Client, ServerProcess, TestApp};

/// A file where the store's folder was: nothing can be read or written, not even by root.
pub fn fail(app: &TestApp) -> PathBuf {
    let folder = app.blobs_folder().to_owned();
    let aside = folder.with_extension("aside");
    std::fs::rename(&folder, &aside).expect("the test's own folder");
    std::fs::write(&folder, "in the way").expect("the test's own folder");
    aside
}

pub fn repair(app: &TestApp, aside: PathBuf) {
    std::fs::remove_file(app.blobs_folder()).expect("the file in the way");
    std::fs::rename(aside, app.blobs_folder()).expect("the test's own folder");
}

#[tokio::test]
async fn photos_wait_on_the_phone_while_the_store_is_down() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let aside = fail(&app);
    let early = Photo::new();
    let refused = early.put(&inspector).await;
    let refused = refused.expect_problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));

    let sent = story::report("371602")
        .photos(vec![early.clone()])
        .post(&inspector)
        .await;
    assert_eq!(sent.state, "dispatched", "reports need no store");
    // Longer than what is held back before the store is asked.
    let large = Photo::of_bytes(vec![3; 1_000_000]);
    for photo in [&early, &large] {
        let refused = photo.put(&inspector).await;
        refused.expect_problem(503, "unavailable");
    }
    let path = format!("reports/{}", sent.draft.id);
    let report = inspector.get(&path).await.expect(200);
    assert_eq!(report.at("/attachments/0/stored"), false);
    assert_eq!(app.rows("SELECT id FROM jobs").await, [0; 0]);

    repair(&app, aside);
    early.put(&inspector).await.expect(201);
    large.put(&inspector).await.expect(201);
    app.run_jobs().await;
    let report = inspector.get(&path).await.expect(200);
    assert_eq!(
        report.at("/attachments/0"),
        &json!({ "aid": early.aid, "stored": true, "rendition": "ready" })
    );
    app.finish().await;
}

#[tokio::test]
async fn a_rendition_that_failed_is_made_once_the_store_is_back() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    photo.put(&inspector).await.expect(201);
    let display = format!("attachments/{}/display", photo.aid);
    let aside = fail(&app);
    let counts = app.run_jobs().await;
    assert_eq!((counts.done, counts.postponed), (0, 1));
    inspector
        .get(&display)
        .await
        .expect_problem(409, "not_ready");
    repair(&app, aside);
    app.clock.advance(SignedDuration::from_mins(1));
    let counts = app.run_jobs().await;
    assert_eq!((counts.done, counts.postponed), (1, 0));
    inspector.get(&display).await.expect(200);

    let aside = fail(&app);
    let refused = inspector.get(&display).await;
    let refused = refused.expect_problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));
    repair(&app, aside);
    inspector.get(&display).await.expect(200);
    app.finish().await;
}

/// When the answer to the commit is lost, the row may name these bytes: whatever the database fails with, they stay.
#[tokio::test]
async fn bytes_stay_when_nobody_knows_whether_the_commit_was_made() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    app.execute(
        "CREATE FUNCTION fail_commit() RETURNS trigger LANGUAGE plpgsql AS \
           $$ BEGIN RAISE EXCEPTION 'no commit'; END $$; \
         CREATE CONSTRAINT TRIGGER fail_commit AFTER UPDATE ON attachments \
           DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_commit()",
    )
    .await;
    let photo = Photo::new();
    photo.put(&inspector).await.expect_problem(500, "internal");
    let kept = files(&app);
    assert_eq!(kept.len(), 1, "{kept:?}");

    app.execute("DROP TRIGGER fail_commit ON attachments").await;
    photo.put(&inspector).await.expect(201);
    app.run_jobs().await;
    app.finish().await;
}

/// A folder that not even root can write into.
const READ_ONLY: &str = "/sys";

#[tokio::test]
async fn a_store_that_is_read_only_takes_nothing_and_goes_on_giving() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let (early, late) = (Photo::new(), Photo::new());
    early.put(&inspector).await.expect(201);
    let original = app.blobs_folder().join("original");
    let aside = app.blobs_folder().join("aside");
    let display = app.blobs_folder().join("display");
    symlink(READ_ONLY, &display).expect("the test's own folder");
    let counts = app.run_jobs().await;
    assert_eq!((counts.done, counts.postponed), (0, 1));
    let path = format!("attachments/{}/original", early.aid);
    let read = clerk.get(&path).await.expect(200);
    assert_eq!(read.body, early.bytes);

    std::fs::rename(&original, &aside).expect("the test's own folder");
    symlink(READ_ONLY, &original).expect("the test's own folder");
    let (media_type, body) = form("file", &late);
    let post = inspector.post(&format!("attachments/{}", late.aid));
    let post = post.body(media_type, body).await;
    for refused in [late.put(&inspector).await, post] {
        let refused = refused.expect_problem(503, "unavailable");
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    std::fs::remove_file(&display).expect("the test's own folder");
    std::fs::remove_file(&original).expect("the test's own folder");
    std::fs::rename(&aside, &original).expect("the test's own folder");
    late.put(&inspector).await.expect(201);
    app.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(app.run_jobs().await.done, 2);
    app.finish().await;
}

#[tokio::test]
async fn a_store_whose_disk_is_not_mounted_is_away_and_not_empty() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    photo.put(&inspector).await.expect(201);
    let aside = app.blobs_folder().with_extension("aside");
    std::fs::rename(app.blobs_folder(), &aside).expect("the test's own folder");
    std::fs::create_dir(app.blobs_folder()).expect("the test's own folder");
    let path = format!("attachments/{}/original", photo.aid);
    let refused = clerk.get(&path).await;
    let refused = refused.expect_problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(app.run_jobs().await.postponed, 1);

    std::fs::remove_dir_all(app.blobs_folder()).expect("the test's own folder");
    std::fs::rename(&aside, app.blobs_folder()).expect("the test's own folder");
    let read = clerk.get(&path).await.expect(200);
    assert_eq!(read.body, photo.bytes);
    app.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(app.run_jobs().await.done, 1);
    app.finish().await;
}

#[tokio::test]
async fn renditions_are_made_however_long_the_store_was_away() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    photo.put(&inspector).await.expect(201);
    let aside = fail(&app);
    while app.run_jobs().await.given_up == 0 {
        app.clock.advance(SignedDuration::from_hours(1));
    }
    repair(&app, aside);
    assert_eq!(app.run_jobs().await.done, 0);
    let swept = sweep(&app.svc).await.expect("the store answers");
    assert_eq!(swept.revived, 1);
    assert_eq!(app.run_jobs().await.done, 1);
    let inspector = app.login("inspector1").await;
    let path = format!("attachments/{}/display", photo.aid);
    inspector.get(&path).await.expect(200);
    app.finish().await;
}

/// No file of the server may grow beyond 20 MiB, as if the disk were full then; PostgreSQL's own stay below that.
#[tokio::test]
async fn a_disk_that_is_full_refuses_a_photo_and_loses_none() {
    let folder = ServerProcess::folder();
    let mut server = ServerProcess::start_on_a_full_disk(folder.path(), 20);
    let inspector = Client::new(&server.url).login("inspector1").await;
    let clerk = Client::new(&server.url).login("clerk").await;
    let (small, large) = (
        Photo::of_bytes(vec![1; 1_000_000]),
        Photo::of_bytes(vec![2; 24 * 1024 * 1024]),
    );
    small.put(&inspector).await.expect(201);
    let (media_type, body) = form("file", &large);
    let post = inspector.post(&format!("attachments/{}", large.aid));
    let post = post.body(media_type, body).await;
    for refused in [large.put(&inspector).await, post] {
        let refused = refused.expect_problem(503, "unavailable");
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    let original = async |photo: &Photo| {
        let path = format!("attachments/{}/original", photo.aid);
        clerk.get(&path).await
    };
    assert_eq!(original(&small).await.expect(200).body, small.bytes);
    original(&large).await.expect(404);
    // Nothing of it is left to fill the disk further.
    let originals = folder.path().join("photos/original");
    let left = std::fs::read_dir(originals).expect("the server's folder");
    assert_eq!(left.count(), 1);
    server.signal(Signal::SIGTERM);

    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let inspector = Client::new(&server.url).login("inspector1").await;
    large.put(&inspector).await.expect(201);
    server.signal(Signal::SIGTERM);
}
