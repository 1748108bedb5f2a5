//! Resumable uploads by raw requests of tus 1.0.0, on a folder and on a real S3 server.

#![expect(
    clippy::indexing_slicing,
    reason = "a test fails by panicking, its helpers too"
)]

mod append;
mod begin;
mod checksum;
mod crash;
mod fault;
mod finish;
mod hang;
mod life;
mod nameless;
mod several;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

use crate::harness::story::Photo;
use crate::harness::{Client, Request, Response};

/// A request of the protocol.
fn tus(client: &Client, method: Method, path: &str) -> Request {
    let request = client.request(method, path);
    request.header("tus-resumable", "1.0.0")
}

/// `Upload-Metadata` of a photo, as a phone sends it.
fn metadata(photo: &Photo) -> String {
    let aid = STANDARD.encode(photo.aid.to_string());
    let sha256 = STANDARD.encode(photo.sha256());
    let mime = STANDARD.encode("image/jpeg");
    let name = STANDARD.encode("IMG_20261120_100000.jpg");
    format!("aid {aid},sha256 {sha256},filename {name},filetype {mime}")
}

/// Asks for an upload.
fn creation(client: &Client, photo: &Photo) -> Request {
    tus(client, Method::POST, "files")
        .header("upload-length", photo.bytes.len().to_string())
        .header("upload-metadata", metadata(photo))
}

/// Begins an upload; answers the path of its link.
pub async fn begin(client: &Client, photo: &Photo) -> String {
    path_of(&creation(client, photo).await.expect(201))
}

/// The path of a `Location`, which must be absolute.
fn path_of(created: &Response) -> String {
    let location = created.header("location").expect("a Location");
    let (host, path) = location
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .expect("an absolute Location");
    assert!(!host.is_empty(), "{location}");
    format!("/{path}")
}

/// A piece.
fn piece(client: &Client, path: &str, offset: usize, bytes: &[u8]) -> Request {
    tus(client, Method::PATCH, path)
        .header("upload-offset", offset.to_string())
        .body("application/offset+octet-stream", bytes)
}

/// Sends a piece that must be kept.
pub async fn append(client: &Client, path: &str, offset: usize, bytes: &[u8]) {
    let kept = piece(client, path, offset, bytes).await.expect(204);
    assert_eq!(offset_in(&kept), offset + bytes.len());
}

/// How far an upload has come by its own account.
async fn offset_of(client: &Client, path: &str) -> usize {
    let told = tus(client, Method::HEAD, path).await.expect(200);
    assert_eq!(told.header("cache-control"), Some("no-store"));
    offset_in(&told)
}

fn offset_in(answer: &Response) -> usize {
    let offset = answer.header("upload-offset").map(str::parse);
    offset.expect("an Upload-Offset").expect("a number")
}

/// Nothing leads there any more.
async fn assert_gone(client: &Client, path: &str) {
    tus(client, Method::HEAD, path).await.expect(404);
    let refused = piece(client, path, 0, b"x").await;
    refused.expect_problem(404, "not_found");
}

/// A photo of several pieces, whose bytes differ from place to place.
fn large_photo(length: usize) -> Photo {
    let seed = Photo::new().bytes;
    let bytes = seed.iter().copied().cycle().enumerate();
    let bytes = bytes.map(|(at, byte)| byte.wrapping_add(u8::try_from(at % 251).unwrap_or(0)));
    Photo::of_bytes(bytes.take(length).collect::<Vec<u8>>())
}

/// The office reads the very bytes that were sent.
async fn assert_original(clerk: &Client, photo: &Photo) {
    let path = format!("attachments/{}/original", photo.aid);
    let original = clerk.get(&path).await.expect(200);
    assert!(original.body == photo.bytes, "other bytes than were sent");
}
