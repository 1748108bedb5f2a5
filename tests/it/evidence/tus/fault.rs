//! The photo store fails in mid-upload: 503, nothing acknowledged is lost, and all goes on when it is back.

use std::os::unix::fs::symlink;

use super::{append, assert_original, begin, creation, large_photo, offset_of, piece};
use crate::evidence::outage::{fail, repair};
use crate::harness::story::Photo;
use crate::harness::{S3Server, TestApp};

#[tokio::test]
async fn an_upload_waits_while_the_folder_cannot_be_read_or_written() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    append(&client, &place, 0, &photo.bytes[..100]).await;
    let aside = fail(&app);
    let refused = piece(&client, &place, 100, &photo.bytes[100..]).await;
    let refused = refused.expect_problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));
    super::tus(&client, reqwest::Method::HEAD, &place)
        .await
        .expect(503);
    // Beginning one needs no store.
    let other = Photo::new();
    creation(&inspector, &other).await.expect(201);
    repair(&app, aside);
    assert_eq!(offset_of(&client, &place).await, 100);
    append(&client, &place, 100, &photo.bytes[100..]).await;
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

/// A file whose device is always full takes the place of the upload's.
#[tokio::test]
async fn an_upload_waits_while_the_disk_is_full() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = large_photo(1_300_000);
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    let id = app.rows("SELECT id FROM uploads").await[0]["id"].clone();
    let folder = app.blobs_folder().join("partial");
    let file = folder.join(id.as_str().expect("an id"));
    std::fs::create_dir_all(&folder).expect("the test's own folder");
    symlink("/dev/full", &file).expect("the test's own folder");
    for bytes in [&photo.bytes[..100], &photo.bytes[..]] {
        let refused = piece(&client, &place, 0, bytes).await;
        let refused = refused.expect_problem(503, "unavailable");
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    assert_eq!(offset_of(&client, &place).await, 0);
    std::fs::remove_file(&file).expect("the test's own file");
    append(&client, &place, 0, &photo.bytes[..600_000]).await;
    // It fills up in mid-upload: the piece that does not fit leaves what was there as it was.
    let kept = folder.join("kept");
    std::fs::rename(&file, &kept).expect("the test's own file");
    symlink("/dev/full", &file).expect("the test's own folder");
    let refused = piece(&client, &place, 0, &photo.bytes[..10]).await;
    refused.expect_problem(503, "unavailable");
    std::fs::rename(&kept, &file).expect("the test's own file");
    assert_eq!(offset_of(&client, &place).await, 600_000);
    append(&client, &place, 600_000, &photo.bytes[600_000..]).await;
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_that_cannot_be_placed_is_placed_at_the_next_question() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    append(&client, &place, 0, &photo.bytes[..100]).await;
    let original = app.blobs_folder().join("original");
    std::fs::write(&original, "in the way").expect("the test's own folder");
    let refused = piece(&client, &place, 100, &photo.bytes[100..]).await;
    refused.expect_problem(503, "unavailable");
    super::tus(&client, reqwest::Method::HEAD, &place)
        .await
        .expect(503);
    std::fs::remove_file(&original).expect("the test's own file");
    assert_eq!(offset_of(&client, &place).await, photo.bytes.len());
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_waits_while_s3_is_away() {
    let s3 = S3Server::start().await;
    let app = TestApp::demo_on(s3.config()).await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = large_photo(2_200_000);
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    append(&client, &place, 0, &photo.bytes[..1_500_000]).await;
    s3.stop();
    let refused = piece(&client, &place, 1_500_000, &photo.bytes[1_500_000..]).await;
    let refused = refused.expect_problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), Some("5"));
    s3.start_again().await;
    assert_eq!(offset_of(&client, &place).await, 1_500_000);
    append(&client, &place, 1_500_000, &photo.bytes[1_500_000..]).await;
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

/// The database refuses the very last step.
#[tokio::test]
async fn an_upload_whose_commit_failed_is_finished_at_the_next_question() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    app.execute(
        "CREATE FUNCTION fail_commit() RETURNS trigger LANGUAGE plpgsql AS \
           $$ BEGIN RAISE EXCEPTION 'no commit'; END $$; \
         CREATE CONSTRAINT TRIGGER fail_commit AFTER UPDATE ON attachments \
           DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_commit()",
    )
    .await;
    let refused = piece(&client, &place, 0, &photo.bytes).await;
    refused.expect_problem(500, "internal");
    app.execute("DROP TRIGGER fail_commit ON attachments").await;
    assert_eq!(offset_of(&client, &place).await, photo.bytes.len());
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}
