//! Pieces with a checksum: whole or not at all.

use std::io::Write as _;
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::{assert_original, begin, large_photo, offset_in, offset_of, piece};
use crate::harness::story::Photo;
use crate::harness::{S3Server, TestApp};

fn checksums(bytes: &[u8]) -> [String; 3] {
    let crc = crc32fast::hash(bytes).to_be_bytes();
    [
        format!("sha1 {}", STANDARD.encode(Sha1::digest(bytes))),
        format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes))),
        format!("crc32 {}", STANDARD.encode(crc)),
    ]
}

async fn whole_or_not_at_all(app: TestApp) {
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = large_photo(2_400_000);
    let place = begin(&inspector, &photo).await;
    let client = app.client();
    let mut offset = 0;
    for (bytes, algorithm) in photo.bytes.chunks(800_000).zip(0..) {
        let [right, wrong] = [bytes, b"other"].map(|bytes| checksums(bytes)[algorithm].clone());
        let refused = piece(&client, &place, offset, bytes)
            .header("upload-checksum", wrong)
            .await;
        let refused = refused.expect_problem(460, "checksum_mismatch");
        assert_eq!(offset_in(&refused), offset);
        assert_eq!(offset_of(&client, &place).await, offset);
        let kept = piece(&client, &place, offset, bytes)
            .header("upload-checksum", right)
            .await;
        offset += bytes.len();
        assert_eq!(offset_in(&kept.expect(204)), offset);
        assert_eq!(offset_of(&client, &place).await, offset);
    }
    assert_original(&clerk, &photo).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_piece_with_a_checksum_counts_whole_or_not_at_all() {
    whole_or_not_at_all(TestApp::demo().await).await;
}

#[tokio::test]
async fn a_piece_with_a_checksum_counts_whole_or_not_at_all_in_s3() {
    let s3 = S3Server::start().await;
    whole_or_not_at_all(TestApp::demo_on(s3.config()).await).await;
}

#[tokio::test]
async fn of_a_piece_with_a_checksum_that_broke_off_nothing_is_kept() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = large_photo(1_000_000);
    let place = begin(&inspector, &photo).await;
    let address = app.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: {}\r\nupload-checksum: {}\r\n\r\n",
        photo.bytes.len(),
        checksums(&photo.bytes)[1],
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    stream
        .write_all(&photo.bytes[..900_000])
        .expect("the server reads");
    drop(stream);
    assert_eq!(offset_of(&app.client(), &place).await, 0);
    let kept = piece(&app.client(), &place, 0, &photo.bytes).await;
    assert_eq!(offset_in(&kept.expect(204)), photo.bytes.len());
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_checksum_that_cannot_be_checked_is_refused() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::new();
    let place = begin(&inspector, &photo).await;
    for checksum in ["", "sha1", "md5 AAAA", "sha1 AAAA", "crc32 *", "sha256AAAA"] {
        let refused = piece(&app.client(), &place, 0, &photo.bytes);
        let refused = refused.header("upload-checksum", checksum).await;
        refused.expect_problem(400, "malformed_header");
    }
    assert_eq!(offset_of(&app.client(), &place).await, 0);
    app.finish().await;
}
