//! How long an upload waits: thirty days from its last sign of life, and what is swept away then.

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;
use xuncha::services::queue;

use super::{append, assert_gone, begin, creation, offset_of};
use crate::evidence::files;
use crate::harness::story::{self, Photo};
use crate::harness::{S3Server, TestApp};

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[tokio::test]
async fn an_upload_ends_thirty_days_after_its_last_sign_of_life() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let created = creation(&inspector, &photo).await.expect(201);
    assert_eq!(
        created.header("upload-expires"),
        Some("Sun, 20 Dec 2026 02:00:00 GMT")
    );
    let place = super::path_of(&created);
    let client = app.client();
    for sign in 0..3 {
        app.clock.advance(days(29));
        append(
            &client,
            &place,
            sign * 10,
            &photo.bytes[sign * 10..sign * 10 + 10],
        )
        .await;
    }
    app.clock.advance(days(29));
    assert_eq!(offset_of(&client, &place).await, 30);
    app.clock.advance(days(30));
    assert_gone(&client, &place).await;
    // The photo is free, and begins anew.
    let anew = begin(&inspector, &photo).await;
    assert_ne!(anew, place);
    assert_eq!(offset_of(&client, &anew).await, 0);
    append(&client, &anew, 0, &photo.bytes).await;
    app.run_jobs().await;
    app.finish().await;
}

async fn is_swept(mut app: TestApp, left: impl Fn(&TestApp) -> usize) {
    app.let_jobs_stay();
    let inspector = app.login("inspector1").await;
    let (given_up, whole) = (Photo::new(), Photo::new());
    // Linked: a photo that nobody declares goes as well.
    let draft = story::report("371602").photos(vec![whole.clone()]);
    draft.post(&inspector).await;
    let place = begin(&inspector, &given_up).await;
    append(&app.client(), &place, 0, &given_up.bytes[..100]).await;
    let done = begin(&inspector, &whole).await;
    append(&app.client(), &done, 0, &whole.bytes).await;
    queue::plan(&app.svc).await.expect("planned");
    queue::plan(&app.svc).await.expect("planned once");
    assert_eq!(
        app.run_jobs().await.done,
        7,
        "the photo, the sweep, the draw, the anchoring, the tallies, the ladder and the webhooks"
    );
    assert_eq!(left(&app), 4, "the piece, the photo and its renditions");
    for day in 1..=31 {
        app.clock.advance(days(1));
        assert_eq!(app.run_jobs().await.done, 6, "day {day}");
        assert_eq!(app.run_jobs().await.done, 0, "once a day");
        let is_here = app.rows("SELECT id FROM uploads").await.len() == 2;
        assert_eq!(is_here, day <= 30, "day {day}");
    }
    assert_eq!(app.rows("SELECT id FROM uploads").await, [0; 0]);
    assert_eq!(left(&app), 3, "the photo and its renditions");
    let clerk = app.login("clerk").await;
    super::assert_original(&clerk, &whole).await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_that_has_ended_is_swept_away_and_the_photo_stays() {
    is_swept(TestApp::demo().await, |app| files(app).len()).await;
}

#[tokio::test]
async fn an_upload_that_has_ended_is_swept_out_of_s3() {
    let s3 = S3Server::start().await;
    let folder = s3.folder();
    let left = |_: &TestApp| crate::evidence::files_below(&folder).len();
    is_swept(TestApp::demo_on(s3.config()).await, left).await;
}

#[tokio::test]
async fn a_phone_that_asks_what_is_here_is_told_where_to_go_on() {
    let app = TestApp::demo().await;
    let (inspector, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let (begun, whole, unknown) = (Photo::new(), Photo::new(), Photo::new());
    let created = creation(&inspector, &begun).await.expect(201);
    let place = super::path_of(&created);
    append(&app.client(), &place, 0, &begun.bytes[..77]).await;
    whole.put(&inspector).await.expect(201);
    let asked: Vec<_> = [&begun, &whole, &unknown]
        .map(|photo| json!({ "aid": photo.aid, "sha256": photo.sha256() }))
        .to_vec();
    let question = json!({ "mids": [], "attachments": asked });
    let told = inspector
        .post("sync/have")
        .json(&question)
        .await
        .expect(200);
    assert_eq!(told.at("/stored"), &json!([whole.aid]));
    assert_eq!(told.at("/absent"), &json!([unknown.aid]));
    let url = created.header("location").expect("a Location");
    let partial = json!([{ "aid": begun.aid, "offset": 77, "url": url }]);
    assert_eq!(told.at("/partial"), &partial);
    // Another file under the same name is not here, and nobody else is told of it.
    let another = json!({ "attachments": [{ "aid": begun.aid, "sha256": "00".repeat(32) }] });
    for (client, question) in [(&inspector, &another), (&other, &question)] {
        let told = client.post("sync/have").json(question).await.expect(200);
        assert_eq!(told.at("/partial"), &json!([]));
    }
    let rest = &begun.bytes[77..];
    append(&app.client(), &place, 77, rest).await;
    let told = inspector
        .post("sync/have")
        .json(&question)
        .await
        .expect(200);
    assert_eq!(
        (told.at("/partial"), told.list("/stored").len()),
        (&json!([]), 2)
    );
    assert_eq!(Uuid::parse_str(told.str("/absent/0")), Ok(unknown.aid));
    app.run_jobs().await;
    app.finish().await;
}
