//! Bytes that are not what was declared, or not all there: nothing is kept, and the right ones go through afterwards.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use super::{assert_nothing_kept, files, form, repr_digest};
use crate::harness::story::{self, Photo};
use crate::harness::{Client, TestApp};

#[tokio::test]
async fn bytes_that_are_not_the_declared_ones_are_not_kept() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let sent = story::report("371602").post(&inspector).await;
    let photo = &sent.draft.photos[0];
    let mut flipped = photo.bytes.clone();
    flipped[9] ^= 1;
    let shorter = photo.bytes.split_last().expect("bytes").1.to_vec();
    let longer = [photo.bytes.as_slice(), b"\n"].concat();
    for wrong in [flipped, shorter, longer, Vec::new()] {
        let wrong = Photo {
            aid: photo.aid,
            bytes: wrong,
        };
        let refused = wrong.put(&inspector).await;
        let refused = refused.expect_problem(422, "digest_mismatch");
        assert_eq!(refused.str("/received_sha256"), wrong.sha256());
        assert_eq!(refused.at("/received_bytes"), wrong.bytes.len());
        let (media_type, body) = form("file", &wrong);
        let post = inspector.post(&format!("attachments/{}", photo.aid));
        let refused = post.body(media_type, body).await;
        refused.expect_problem(422, "digest_mismatch");
    }
    assert_nothing_kept(&app).await;
    photo.put(&inspector).await.expect(201);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_stated_digest_must_be_right() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let put = |digest: String| {
        let request = inspector.put(&format!("attachments/{}", photo.aid));
        request
            .body("image/jpeg", photo.bytes.clone())
            .header("repr-digest", digest)
    };
    put(repr_digest(b"other"))
        .await
        .expect_problem(422, "digest_mismatch");
    let right = repr_digest(&photo.bytes);
    for malformed in [
        "7".to_owned(),
        String::new(),
        "sha-256=".to_owned(),
        "sha-256=:AAAA:".to_owned(),
        "sha-512=:AAAA:".to_owned(),
        right.replace(':', ""),
        format!("sha-256=:{}:", photo.sha256()),
    ] {
        put(malformed).await.expect_problem(400, "malformed_header");
    }
    assert_nothing_kept(&app).await;
    put(format!("sha-512=:AAAA:, {right}")).await.expect(201);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_photo_known_by_its_bytes_may_not_be_declared_otherwise() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    photo.put(&inspector).await.expect(201);
    let other = Photo {
        aid: photo.aid,
        bytes: b"other".to_vec(),
    };
    let report = story::report("371602").photos(vec![other.clone()]);
    let refused = inspector.post("reports").json(&report.body()).await;
    refused
        .expect_problem(422, "invalid")
        .expect_fault("/attachments/0/sha256");
    other
        .put(&inspector)
        .await
        .expect_problem(422, "digest_mismatch");
    story::report("371602")
        .photos(vec![photo])
        .post(&inspector)
        .await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn other_media_types_and_forms_without_the_file_are_refused() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let path = format!("attachments/{}", photo.aid);
    for media_type in ["text/plain", "image/gif", "application/json"] {
        let put = inspector.put(&path).body(media_type, photo.bytes.clone());
        put.await.expect_problem(415, "unsupported_media_type");
    }
    let (media_type, body) = form("photo", &photo);
    let cut = body.split_at(body.len() - 20).0.to_vec();
    let (_, whole) = form("file", &photo);
    let cut_file = whole.split_at(whole.len() - 30).0.to_vec();
    for (media_type, body) in [
        (media_type, body),
        (media_type, cut),
        (media_type, cut_file),
        (media_type, Vec::new()),
        ("multipart/form-data", whole.clone()),
        ("image/jpeg", whole),
    ] {
        let refused = inspector.post(&path).body(media_type, body).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert_eq!(
            refused.header("content-type"),
            Some("application/problem+json")
        );
    }
    assert_nothing_kept(&app).await;
    for id in ["7", "..%2f..%2fetc", "00000000-0000-4000-8000-00000000000g"] {
        let put = inspector.put(&format!("attachments/{id}"));
        let refused = put.body("image/jpeg", photo.bytes.clone()).await;
        refused.expect_problem(404, "not_found");
    }
    app.finish().await;
}

/// The head of a PUT, and less of the body than it says, then the end.
fn cut_off(app: &TestApp, client: &Client, photo: &Photo, framing: &str, body: &[u8]) -> String {
    let address = app.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let head = format!(
        "PUT /api/v1/attachments/{} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: image/jpeg\r\n{framing}\r\n\r\n",
        photo.aid,
        client.token()
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    stream.write_all(body).expect("the server reads");
    stream.shutdown(Shutdown::Write).expect("ours to close");
    let mut answer = Vec::new();
    // The server may close without a word.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_connection_that_is_cut_in_mid_body_leaves_nothing() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::of_bytes(vec![5; 900_000]);
    let part = photo.bytes.split_at(600_000).0;
    let length = format!("content-length: {}", photo.bytes.len());
    let answer = cut_off(&app, &inspector, &photo, &length, part);
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    let chunk = [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
    let answer = cut_off(
        &app,
        &inspector,
        &photo,
        "transfer-encoding: chunked",
        &chunk,
    );
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    assert!(stored_nothing(&app).await);
    photo.put(&inspector).await.expect(201);
    assert_eq!(files(&app).len(), 1, "{:?}", files(&app));
    app.run_jobs().await;
    app.finish().await;
}

async fn stored_nothing(app: &TestApp) -> bool {
    app.rows("SELECT id FROM attachments").await.is_empty()
}
