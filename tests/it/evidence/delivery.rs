//! How photos go out: whole or in part, described truly, kept by nobody but the reader.

use crate::harness::story::{self, Photo};
use crate::harness::{Client, Response, TestApp};

/// A rendered photo of a ticket in triage or dispatched, its photo key, and the clerk who reads it.
async fn city(photo: Photo) -> (TestApp, Client, String) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let draft = story::report("371602").photos(vec![photo]);
    let sent = draft.send(&inspector).await;
    app.run_jobs().await;
    let clerk = app.login("clerk").await;
    let ticket = story::ticket(&clerk, &sent.ticket).await;
    let key = ticket.str("/photos/0/id").to_owned();
    (app, clerk, key)
}

fn gps_photo() -> Photo {
    Photo::of_file("oneplus-gps.jpg")
}

async fn part(client: &Client, path: &str, range: &str) -> Response {
    client.get(path).header("range", range).await
}

#[tokio::test]
async fn every_answer_with_bytes_says_what_they_are_and_who_may_keep_them() {
    let photo = gps_photo();
    let (app, clerk, key) = city(photo.clone()).await;
    for (variant, caching) in [
        ("original", "private, no-store"),
        ("display", "private, max-age=31536000, immutable"),
        ("thumb", "private, max-age=31536000, immutable"),
    ] {
        let path = format!("attachments/{key}/{variant}");
        let answer = clerk.get(&path).await.expect(200);
        let name = format!("inline; filename=\"{key}-{variant}.jpg\"");
        let tag = format!("\"{key}-{variant}\"");
        for (header, value) in [
            ("content-type", "image/jpeg"),
            ("content-length", answer.body.len().to_string().as_str()),
            ("content-disposition", &name),
            ("cache-control", caching),
            ("etag", &tag),
            ("vary", "Authorization"),
            ("x-content-type-options", "nosniff"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(answer.header(header), Some(value), "{header} of {variant}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn the_type_is_that_of_the_bytes_and_not_what_the_phone_said() {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(4, 4)
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("a picture in memory");
    let (app, clerk, key) = city(Photo::of_bytes(png.into_inner())).await;
    let original = clerk.get(&format!("attachments/{key}/original")).await;
    let original = original.expect(200);
    assert_eq!(original.header("content-type"), Some("image/png"));
    let name = format!("inline; filename=\"{key}-original.png\"");
    assert_eq!(original.header("content-disposition"), Some(name.as_str()));

    let clerk_photo = Photo::of_bytes("<script>alert(1)</script>");
    clerk_photo.put(&clerk).await.expect(201);
    let path = format!("attachments/{}/original", clerk_photo.aid);
    let script = clerk.get(&path).await.expect(200);
    assert_eq!(
        script.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(script.header("x-content-type-options"), Some("nosniff"));
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_part_is_answered_with_that_part() {
    let photo = gps_photo();
    let length = photo.bytes.len();
    let (app, clerk, key) = city(photo.clone()).await;
    let path = format!("attachments/{key}/original");
    let last = length - 1;
    for (range, from, to) in [
        ("bytes=0-0", 0, 0),
        ("bytes=100-299", 100, 299),
        ("bytes=100-", 100, last),
        ("bytes=-10", length - 10, last),
        ("bytes=5-99999999", 5, last),
        ("bytes=-99999999", 0, last),
    ] {
        let answer = part(&clerk, &path, range).await.expect(206);
        let named = format!("bytes {from}-{to}/{length}");
        assert_eq!(answer.header("content-range"), Some(named.as_str()));
        assert!(photo.bytes.get(from..=to) == Some(&answer.body), "{range}");
        assert_eq!(answer.header("content-type"), Some("image/jpeg"));
    }
    for (range, why) in [
        ("bytes=0-1,5-9", "several"),
        ("bytes=9-5", "backwards"),
        ("lines=1-2", "another unit"),
        ("bytes=x", "unreadable"),
    ] {
        let answer = part(&clerk, &path, range).await.expect(200);
        assert!(answer.body == photo.bytes, "{why}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_part_outside_the_file_is_refused_with_its_length() {
    let (app, clerk, key) = city(gps_photo()).await;
    for variant in ["original", "display"] {
        let path = format!("attachments/{key}/{variant}");
        let length = clerk.get(&path).await.expect(200).body.len();
        for range in [format!("bytes={length}-"), "bytes=-0".to_owned()] {
            let refused = part(&clerk, &path, &range).await;
            let refused = refused.expect_problem(416, "range_not_satisfiable");
            let whole = format!("bytes */{length}");
            assert_eq!(refused.header("content-range"), Some(whole.as_str()));
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_broken_download_is_completed_only_by_the_same_file() {
    let photo = gps_photo();
    let (app, clerk, key) = city(photo.clone()).await;
    let path = format!("attachments/{key}/display");
    let whole = clerk.get(&path).await.expect(200);
    let tag = whole.header("etag").expect("a tag").to_owned();
    let rest = |seen: &str| {
        let request = clerk.get(&path).header("range", "bytes=1000-");
        request.header("if-range", seen)
    };
    let same = rest(&tag).await.expect(206);
    assert!(whole.body.get(1000..) == Some(&same.body));
    for other in [
        "\"another\"".to_owned(),
        format!("W/{tag}"),
        "Sat, 21 Nov 2026 10:00:00 GMT".to_owned(),
    ] {
        let again = rest(&other).await.expect(200);
        assert!(again.body == whole.body, "{other}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_head_alone_says_the_same_without_the_bytes() {
    let photo = gps_photo();
    let (app, clerk, key) = city(photo.clone()).await;
    for variant in ["original", "display", "thumb"] {
        let path = format!("attachments/{key}/{variant}");
        let whole = clerk.get(&path).await.expect(200);
        let head = clerk.request(reqwest::Method::HEAD, &path).await;
        let head = head.expect(200);
        assert_eq!(head.body, b"");
        for header in [
            "content-length",
            "content-type",
            "content-disposition",
            "etag",
            "cache-control",
        ] {
            assert_eq!(head.header(header), whole.header(header), "{header}");
        }
    }
    app.finish().await;
}
