//! Uploads that do not say which photo they are: the photo is the one that their sender declares with this digest and length.

use reqwest::Method;
use serde_json::Value;

use super::{append, assert_original, path_of, tus};
use crate::evidence::{files, stored};
use crate::harness::story::{self, Photo};
use crate::harness::{Client, TestApp};

/// Sends the bytes without a name; answers the link's path.
async fn send(app: &TestApp, sender: &Client, photo: &Photo) -> String {
    let request = tus(sender, Method::POST, "files");
    let length = photo.bytes.len().to_string();
    let created = request.header("upload-length", length).await.expect(201);
    let place = path_of(&created);
    append(&app.client(), &place, 0, &photo.bytes).await;
    place
}

#[tokio::test]
async fn two_uploads_without_a_name_are_two() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let (one, other) = (
        send(&app, &inspector, &photo).await,
        send(&app, &inspector, &photo).await,
    );
    assert_ne!(one, other);
    app.finish().await;
}

#[tokio::test]
async fn bytes_without_a_name_become_the_photo_that_is_declared_later() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    send(&app, &inspector, &photo).await;
    assert_eq!(stored(&app).await, [Value::Null; 0]);
    let sent = story::report("371602")
        .photos(vec![photo.clone()])
        .post(&inspector)
        .await;
    let report = inspector.get(&format!("reports/{}", sent.draft.id)).await;
    assert_eq!(report.expect(200).at("/attachments/0/stored"), true);
    assert_original(&clerk, &photo).await;
    assert_eq!(app.run_jobs().await.done, 1);
    let officer = app.login("officer-371602").await;
    let ticket = story::ticket(&officer, &sent.ticket).await;
    let shown = ticket.str("/photos/0/id");
    officer
        .get(&format!("attachments/{shown}/thumb"))
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn bytes_without_a_name_become_the_photo_that_was_declared_before() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let sent = story::report("371602").post(&inspector).await;
    let photo = &sent.draft.photos[0];
    send(&app, &inspector, photo).await;
    assert_original(&clerk, photo).await;
    assert_eq!(app.run_jobs().await.done, 1);
    assert_eq!(
        files(&app)
            .iter()
            .filter(|path| path.contains("/original/"))
            .count(),
        1
    );
    app.finish().await;
}

#[tokio::test]
async fn bytes_without_a_name_become_nobody_elses_photo() {
    let app = TestApp::demo().await;
    let (one, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let photo = Photo::new();
    send(&app, &one, &photo).await;
    story::report("371602")
        .photos(vec![photo])
        .post(&other)
        .await;
    assert_eq!(stored(&app).await, [Value::Null; 0]);
    app.finish().await;
}

#[tokio::test]
async fn bytes_that_missed_their_declaration_find_it_at_the_next_sweep() {
    let mut app = TestApp::demo().await;
    app.let_jobs_stay();
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    send(&app, &inspector, &photo).await;
    // As if both had been committed at the same moment.
    app.execute("UPDATE uploads SET expires_at = expires_at - interval '1000 days'")
        .await;
    story::report("371602")
        .photos(vec![photo.clone()])
        .post(&inspector)
        .await;
    app.execute("UPDATE uploads SET expires_at = expires_at + interval '1000 days'")
        .await;
    assert_eq!(stored(&app).await, [Value::Null; 0]);
    xuncha::services::queue::plan(&app.svc)
        .await
        .expect("planned");
    app.run_jobs().await;
    assert_original(&clerk, &photo).await;
    app.finish().await;
}
