//! Pieces: kept as far as they arrive, wherever the line breaks.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use reqwest::Method;

use super::{append, assert_original, begin, large_photo, offset_in, offset_of, piece, tus};
use crate::harness::story::Photo;
use crate::harness::{Client, S3Server, TestApp};

const PIECE: usize = 300_000;

async fn goes_in_by_pieces(app: TestApp) {
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = large_photo(1_400_000);
    let place = begin(&inspector, &photo).await;
    // The link is its own permission.
    let client = app.client();
    let mut offset = 0;
    for bytes in photo.bytes.chunks(PIECE) {
        assert_eq!(offset_of(&client, &place).await, offset);
        append(&client, &place, offset, bytes).await;
        offset += bytes.len();
    }
    assert_eq!(offset_of(&client, &place).await, photo.bytes.len());
    assert_original(&clerk, &photo).await;
    let left = app
        .rows("SELECT id FROM uploads WHERE finished_at IS NULL")
        .await;
    assert!(left.is_empty(), "{left:?}");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_photo_goes_in_by_pieces() {
    let app = TestApp::demo().await;
    let folder = app.blobs_folder().to_owned();
    goes_in_by_pieces(app).await;
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_photo_goes_into_s3_by_pieces_and_no_piece_is_left() {
    let s3 = S3Server::start().await;
    goes_in_by_pieces(TestApp::demo_on(s3.config()).await).await;
    let left = std::fs::read_dir(s3.folder().join("partial"));
    let left = left.map_or(0, |uploads| {
        uploads
            .flatten()
            .map(|upload| std::fs::read_dir(upload.path()).map_or(1, Iterator::count))
            .sum()
    });
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_piece_that_begins_elsewhere_is_told_where_to_begin() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    append(&client, &place, 0, &photo.bytes[..100]).await;
    for elsewhere in [0, 50, 99, 101, photo.bytes.len(), usize::MAX] {
        let refused = piece(&client, &place, elsewhere, b"").await;
        let refused = refused.expect_problem(409, "offset_conflict");
        assert_eq!(offset_in(&refused), 100);
    }
    append(&client, &place, 100, &photo.bytes[100..]).await;
    // After the end too, and a piece of nothing at the end is fine: clients that lost the last answer send one.
    let refused = piece(&client, &place, 100, &photo.bytes[100..]).await;
    let refused = refused.expect_problem(409, "offset_conflict");
    assert_eq!(offset_in(&refused), photo.bytes.len());
    append(&client, &place, photo.bytes.len(), b"").await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_kept_beyond_the_length() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    let longer = [photo.bytes.as_slice(), b"more"].concat();
    let refused = piece(&client, &place, 0, &longer).await;
    let refused = refused.expect_problem(413, "too_large");
    assert_eq!(refused.at("/limit_bytes"), photo.bytes.len());
    assert_eq!(offset_of(&client, &place).await, 0);
    append(&client, &place, 0, &photo.bytes).await;
    let refused = piece(&client, &place, photo.bytes.len(), b"more").await;
    refused.expect_problem(413, "too_large");
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_piece_says_what_it_is_and_where_it_begins() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let place = begin(&inspector, &Photo::new()).await;
    let patch = || tus(&inspector, Method::PATCH, &place);
    let jpeg = patch().header("upload-offset", "0").body("image/jpeg", "x");
    jpeg.await.expect_problem(415, "unsupported_media_type");
    for offset in ["", "-1", "x", "0x0"] {
        let request = patch().header("upload-offset", offset);
        let refused = request.body("application/offset+octet-stream", "x").await;
        refused.expect_problem(400, "malformed_header");
    }
    let without = patch().body("application/offset+octet-stream", "x");
    without.await.expect_problem(400, "malformed_header");
    app.finish().await;
}

/// Sends a piece by hand: its head with this framing, its body as given, and then the end of the line.
fn send(app: &TestApp, place: &str, offset: usize, framing: &str, body: &[u8]) -> String {
    let address = app.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\nupload-offset: {offset}\r\n\
         content-type: application/offset+octet-stream\r\n{framing}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    stream.write_all(body).expect("the server reads");
    stream.shutdown(Shutdown::Write).expect("ours to close");
    let mut answer = Vec::new();
    // The server may close without a word.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn chunked(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// What the server may not have read yet when somebody asks how far it has come.
const ON_THE_LINE: usize = 64 * 1024;

/// Asks how far it has come: as far as was sent, but for what the broken line took along.
async fn kept_of(client: &Client, place: &str, sent: usize) -> usize {
    let kept = offset_of(client, place).await;
    assert!(
        kept <= sent && kept + ON_THE_LINE >= sent,
        "{kept} of {sent}"
    );
    kept
}

async fn keeps_what_arrived(app: TestApp) {
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = large_photo(2_500_000);
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    let length = format!("content-length: {}", photo.bytes.len());
    send(&app, &place, 0, &length, &photo.bytes[..700_001]);
    let first = kept_of(&client, &place, 700_001).await;
    let framing = "transfer-encoding: chunked";
    let cut = chunked(&photo.bytes[first..1_900_000]);
    send(&app, &place, first, framing, &cut);
    let second = kept_of(&client, &place, 1_900_000).await;
    let rest = [chunked(&photo.bytes[second..]), b"0\r\n\r\n".to_vec()].concat();
    let kept = send(&app, &place, second, framing, &rest);
    assert!(kept.starts_with("HTTP/1.1 204"), "{kept}");
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn what_arrived_before_the_line_broke_is_kept_however_it_is_framed() {
    keeps_what_arrived(TestApp::demo().await).await;
}

#[tokio::test]
async fn what_arrived_before_the_line_broke_is_kept_in_s3() {
    let s3 = S3Server::start().await;
    keeps_what_arrived(TestApp::demo_on(s3.config()).await).await;
}

#[tokio::test]
async fn a_last_byte_is_the_last_even_when_the_line_breaks_behind_it() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    // No word that it was the last chunk.
    let cut = chunked(&photo.bytes);
    send(&app, &place, 0, "transfer-encoding: chunked", &cut);
    assert_eq!(offset_of(&app.client(), &place).await, photo.bytes.len());
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_client_that_waits_to_be_told_to_go_on_is_told() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    let framing = format!(
        "content-length: {}\r\nexpect: 100-continue",
        photo.bytes.len()
    );
    let answer = send(&app, &place, 0, &framing, &photo.bytes);
    assert!(answer.starts_with("HTTP/1.1 100"), "{answer}");
    assert!(answer.contains("HTTP/1.1 204"), "{answer}");
    app.run_jobs().await;
    app.finish().await;
}
