//! The photo store fails: senders are told to try again, nothing counts as stored that is not, and all is well afterwards.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde_json::json;

use super::files;
use crate::harness::TestApp;
use crate::harness::story::{self, Photo};

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
