//! Photos in an object store: read through the server or from the store itself, swept, and none lost while it is away.

use jiff::SignedDuration;
use reqwest::Url;
use uuid::Uuid;
use xuncha::services::evidence::sweep::sweep;

use crate::harness::story::{self, Photo};
use crate::harness::{Client, Response, S3Server, TestApp};

const VARIANTS: [&str; 3] = ["original", "display", "thumb"];

/// A rendered photo, under the name that the office has for it.
async fn photo_in(app: &TestApp) -> (Photo, String) {
    let inspector = app.login("inspector1").await;
    let photo = Photo::of_file("oneplus-gps.jpg");
    let draft = story::report("371602").photos(vec![photo.clone()]);
    let sent = draft.send(&inspector).await;
    assert_eq!(app.run_jobs().await.done, 1);
    let clerk = app.login("clerk").await;
    let ticket = story::ticket(&clerk, &sent.ticket).await;
    (photo, ticket.str("/photos/0/id").to_owned())
}

async fn read(client: &Client, photo: &str, variant: &str) -> Response {
    let path = format!("attachments/{photo}/{variant}");
    client.get(&path).await
}

fn files(store: &S3Server) -> usize {
    ["original", "display", "thumb"]
        .into_iter()
        .filter_map(|folder| std::fs::read_dir(store.folder().join(folder)).ok())
        .map(Iterator::count)
        .sum()
}

#[tokio::test]
async fn through_the_server_they_come_whole_and_in_part() {
    let store = S3Server::start().await;
    let app = TestApp::demo_on(store.config()).await;
    let (photo, key) = photo_in(&app).await;
    let clerk = app.login("clerk").await;
    let original = read(&clerk, &key, "original").await.expect(200);
    assert!(original.body == photo.bytes);
    let path = format!("attachments/{key}/original");
    let part = clerk.get(&path).header("range", "bytes=1000-1999").await;
    let part = part.expect(206);
    assert!(photo.bytes.get(1000..2000) == Some(&part.body));
    let outside = clerk.get(&path).header("range", "bytes=99999999-").await;
    outside.expect_problem(416, "range_not_satisfiable");
    let head = clerk.request(reqwest::Method::HEAD, &path).await;
    let length = photo.bytes.len().to_string();
    assert_eq!(
        head.expect(200).header("content-length"),
        Some(length.as_str())
    );
    app.finish().await;
}

#[tokio::test]
async fn the_store_hands_them_out_itself_to_whoever_may_have_them() {
    let store = S3Server::start().await;
    let app = TestApp::demo_giving_addresses(store.config()).await;
    let (photo, key) = photo_in(&app).await;
    let officer = app.login("officer-371602-sanitation").await;
    let (clerk, auditor) = (app.login("clerk").await, app.login("auditor").await);
    let other = app.login("officer-371603").await;
    for variant in VARIANTS {
        assert_eq!(read(&other, &key, variant).await.header("location"), None);
        assert_eq!(read(&auditor, &key, variant).await.status, 403);
    }
    read(&officer, &key, "original").await.expect(403);
    // Whoever follows has no login there.
    let outside = reqwest::Client::builder().no_proxy().build();
    let outside = outside.expect("a client");
    for (reader, variant) in [
        (&officer, "display"),
        (&officer, "thumb"),
        (&clerk, "original"),
    ] {
        let answer = read(reader, &key, variant).await.expect(302);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.body, b"");
        let address = answer.header("location").expect("an address").to_owned();
        let found = outside
            .get(&address)
            .send()
            .await
            .expect("the store answers");
        assert_eq!(found.status().as_u16(), 200);
        let bytes = found.bytes().await.expect("a photo").to_vec();
        assert!(bytes.starts_with(&[0xff, 0xd8]), "{variant} is no JPEG");
        assert_eq!(bytes == photo.bytes, variant == "original");
        let mut forged = Url::parse(&address).expect("a URL");
        forged.set_path(&forged.path().replace(&key, &Uuid::new_v4().to_string()));
        forged
            .query_pairs_mut()
            .append_pair("response-content-type", "text/html");
        let refused = outside.get(forged).send().await.expect("the store answers");
        assert_eq!(refused.status().as_u16(), 403, "{variant}");
    }
    let trail = auditor.get("original-reads").await.expect(200);
    assert_eq!(trail.list("/items").len(), 1, "an address is a reading");
    let tag = format!("\"{key}-display\"");
    let path = format!("attachments/{key}/display");
    let known = officer.get(&path).header("if-none-match", &tag).await;
    known.expect(304);
    let head = officer.request(reqwest::Method::HEAD, &path).await;
    assert_eq!(head.expect(200).header("etag"), Some(tag.as_str()));
    app.finish().await;
}

#[tokio::test]
async fn a_store_that_is_away_loses_nothing() {
    let store = S3Server::start().await;
    let app = TestApp::demo_on(store.config()).await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let (early, late) = (Photo::new(), Photo::new());
    early.put(&inspector).await.expect(201);
    store.stop();
    let path = |photo: &Photo, variant: &str| format!("attachments/{}/{variant}", photo.aid);
    let refused = [
        late.put(&inspector).await,
        clerk.get(&path(&early, "original")).await,
    ];
    for refused in refused {
        let refused = refused.expect_problem(503, "unavailable");
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    assert_eq!(app.run_jobs().await.postponed, 1);
    store.start_again().await;
    late.put(&inspector).await.expect(201);
    app.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(app.run_jobs().await.done, 2);
    for photo in [&early, &late] {
        let original = clerk.get(&path(photo, "original")).await.expect(200);
        assert!(original.body == photo.bytes);
        clerk.get(&path(photo, "display")).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn what_nobody_needs_is_cleared_away_there_too() {
    let store = S3Server::start().await;
    let app = TestApp::demo_on(store.config()).await;
    photo_in(&app).await;
    let inspector = app.login("inspector1").await;
    Photo::new().put(&inspector).await.expect(201);
    app.run_jobs().await;
    assert_eq!(files(&store), 6);
    let stray = store
        .folder()
        .join("display")
        .join(Uuid::new_v4().to_string());
    std::fs::write(stray, "left by a crash").expect("the store's own folder");
    // The store says when its objects were written by the real time, which may lie on either side of the test's.
    let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let real = i64::try_from(real.expect("after 1970").as_secs()).expect("in range");
    let ahead = (real - app.svc.now().as_second()).max(0);
    app.clock.advance(SignedDuration::from_secs(ahead));
    app.clock.advance(SignedDuration::from_hours(32 * 24));
    let swept = sweep(&app.svc).await.expect("the store answers");
    assert_eq!((swept.orphans, swept.strays), (1, 1));
    assert_eq!(files(&store), 3);
    app.finish().await;
}
