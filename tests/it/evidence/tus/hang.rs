//! Requests that hang on a dead line make way for the next.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{append, assert_original, begin, large_photo, offset_of, piece};
use crate::harness::{S3Server, TestApp};

/// A piece of which only a part is sent, on a line that stays open.
fn hang(app: &TestApp, place: &str, offset: usize, announced: usize, bytes: &[u8]) -> TcpStream {
    let address = app.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\nupload-offset: {offset}\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: {announced}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    stream.write_all(bytes).expect("the server reads");
    stream
}

/// Until the hanging request has the upload: asked as a phone asks that sees nothing of it.
async fn make_way(app: TestApp) {
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = large_photo(1_200_000);
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    let first = hang(&app, &place, 0, photo.bytes.len(), &photo.bytes[..400_000]);
    let since = Instant::now();
    // The request may not have been read yet when the first question comes: it is asked as often as a phone would.
    let mut offset = offset_of(&client, &place).await;
    while offset == 0 && since.elapsed() < Duration::from_secs(4) {
        offset = offset_of(&client, &place).await;
    }
    assert!(offset <= 400_000, "{offset}");
    let second = hang(
        &app,
        &place,
        offset,
        photo.bytes.len() - offset,
        &photo.bytes[offset..700_000],
    );
    let mut refused = piece(&client, &place, photo.bytes.len(), b"").await;
    while super::offset_in(&refused) == offset && since.elapsed() < Duration::from_secs(4) {
        refused = piece(&client, &place, photo.bytes.len(), b"").await;
    }
    let refused = refused.expect_problem(409, "offset_conflict");
    let reached = super::offset_in(&refused);
    assert!(reached > offset && reached <= 700_000, "{offset} {reached}");
    append(&client, &place, reached, &photo.bytes[reached..]).await;
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "nobody waits for the silence of a dead line"
    );
    drop((first, second));
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_hangs_makes_way_and_what_had_arrived_is_kept() {
    make_way(TestApp::demo().await).await;
}

#[tokio::test]
async fn a_request_that_hangs_makes_way_in_s3_too() {
    let s3 = S3Server::start().await;
    make_way(TestApp::demo_on(s3.config()).await).await;
}

#[tokio::test]
async fn of_many_who_send_the_same_piece_at_once_all_come_to_an_end() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = large_photo(600_000);
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    let sends = (0..12).map(|_| piece(&client, &place, 0, &photo.bytes).send());
    for answer in futures_util::future::join_all(sends).await {
        assert!(matches!(answer.status, 204 | 409), "{answer:?}");
    }
    let reached = offset_of(&client, &place).await;
    if reached < photo.bytes.len() {
        append(&client, &place, reached, &photo.bytes[reached..]).await;
    }
    assert_original(&clerk, &photo).await;
    assert_eq!(app.run_jobs().await.done, 1);
    app.finish().await;
}

/// A request that is at work and not hanging on its line, such as one that puts a large photo together.
#[tokio::test]
async fn who_cannot_be_made_way_for_within_five_seconds_is_told_to_come_again() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let place = begin(&inspector, &large_photo(1_000)).await;
    let id = app.rows("SELECT id FROM uploads").await[0]["id"].clone();
    let id = id.as_str().and_then(|id| id.parse().ok()).expect("an id");
    let at_work = app.svc.turns.take(id).await.expect("nobody else is there");
    let since = Instant::now();
    let refused = piece(&app.client(), &place, 0, b"x").await;
    let refused = refused.expect_problem(423, "upload_busy");
    assert!(refused.header("retry-after").is_some());
    let waited = since.elapsed();
    assert!(
        waited >= Duration::from_secs(5) && waited < Duration::from_secs(8),
        "{waited:?}"
    );
    drop(at_work);
    append(&app.client(), &place, 0, b"x").await;
    app.finish().await;
}
