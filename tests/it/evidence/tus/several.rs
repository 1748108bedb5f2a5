//! Several servers on one object store: they share the database and the bucket, and no disk.

use super::{append, assert_original, begin, large_photo, offset_in, offset_of, piece};
use crate::harness::{S3Server, TestApp};

#[tokio::test]
async fn an_upload_goes_on_at_whichever_server_it_comes_to() {
    let s3 = S3Server::start().await;
    let app = TestApp::demo_on(s3.config()).await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let beside = app.beside().await;
    let servers = [app.client(), beside.client()];
    let photo = large_photo(3_000_000);
    let place = begin(&inspector, &photo).await;
    let mut offset = 0;
    for (bytes, turn) in photo.bytes.chunks(250_000).zip(0..) {
        let (here, there) = (&servers[turn % 2], &servers[(turn + 1) % 2]);
        append(here, &place, offset, bytes).await;
        offset += bytes.len();
        assert_eq!(offset_of(there, &place).await, offset);
    }
    assert_original(&clerk, &photo).await;
    assert_eq!(app.run_jobs().await.done, 1);
    app.finish().await;
}

#[tokio::test]
async fn two_servers_that_take_the_same_bytes_at_once_do_no_harm() {
    let s3 = S3Server::start().await;
    let app = TestApp::demo_on(s3.config()).await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let beside = app.beside().await;
    let servers = [app.client(), beside.client()];
    let photo = large_photo(2_000_000);
    let place = begin(&inspector, &photo).await;
    let mut offset = 0;
    let mut lengths = [300_000, 410_000].into_iter().cycle();
    while offset < photo.bytes.len() {
        let mut send = |server| {
            let length = lengths.next().unwrap_or(1).min(photo.bytes.len() - offset);
            piece(
                server,
                &place,
                offset,
                &photo.bytes[offset..offset + length],
            )
            .send()
        };
        let (one, other) = (send(&servers[0]), send(&servers[1]));
        let (one, other) = tokio::join!(one, other);
        for answer in [&one, &other] {
            assert!(matches!(answer.status, 204 | 409), "{answer:?}");
            assert!(offset_in(answer) > offset, "{answer:?}");
        }
        let told = offset_in(&one).max(offset_in(&other));
        let reached = offset_of(&servers[0], &place).await;
        assert_eq!(offset_of(&servers[1], &place).await, reached);
        assert!(reached >= told, "it fell from {told} to {reached}");
        offset = reached;
    }
    assert_original(&clerk, &photo).await;
    assert_eq!(app.run_jobs().await.done, 1);
    app.finish().await;
}
