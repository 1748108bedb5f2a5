//! Memory: an upload takes a piece at a time, however large the file is and however many come at once.

use futures_util::future::join_all;
use nix::sys::signal::Signal;

use super::tus;
use crate::harness::story::Photo;
use crate::harness::{Client, ServerProcess};

const UPLOADS: usize = 8;
const MEBIBYTE: usize = 1024 * 1024;

#[tokio::test]
async fn eight_large_uploads_at_once_take_less_memory_than_two_of_them() {
    let folder = ServerProcess::folder();
    // The worker reads a photo whole to render it; that is another matter.
    let mut server = ServerProcess::start_with(folder.path(), "127.0.0.1:0", &["--no-worker"]);
    let inspector = Client::new(&server.url).login("inspector1").await;
    Photo::of_bytes(vec![7; MEBIBYTE]).put(&inspector).await;
    let before = server.peak_memory_bytes();
    let uploads = (0..UPLOADS).map(|index| {
        let byte = u8::try_from(index).expect("few");
        let photo = Photo::of_bytes(vec![byte; 32 * MEBIBYTE]);
        let inspector = inspector.clone();
        async move { photo.put(&inspector).await.expect(201) }
    });
    join_all(uploads).await;
    let grown = server.peak_memory_bytes().saturating_sub(before);
    assert!(
        grown < 64 * MEBIBYTE,
        "{UPLOADS} uploads of 32 MiB took {} MiB",
        grown / MEBIBYTE
    );
    server.signal(Signal::SIGTERM);
}

#[tokio::test]
async fn eight_large_resumable_uploads_at_once_take_less_memory_than_two_of_them() {
    let folder = ServerProcess::folder();
    let mut server = ServerProcess::start_with(folder.path(), "127.0.0.1:0", &["--no-worker"]);
    let inspector = Client::new(&server.url).login("inspector1").await;
    send_in_one_piece(&inspector, &Photo::of_bytes(vec![7; MEBIBYTE])).await;
    let before = server.peak_memory_bytes();
    let uploads = (0..UPLOADS).map(|index| {
        let byte = u8::try_from(index).expect("few");
        let photo = Photo::of_bytes(vec![byte; 32 * MEBIBYTE]);
        let inspector = inspector.clone();
        async move { send_in_one_piece(&inspector, &photo).await }
    });
    join_all(uploads).await;
    let grown = server.peak_memory_bytes().saturating_sub(before);
    assert!(
        grown < 64 * MEBIBYTE,
        "{UPLOADS} uploads of 32 MiB took {} MiB",
        grown / MEBIBYTE
    );
    server.signal(Signal::SIGTERM);
}

async fn send_in_one_piece(inspector: &Client, photo: &Photo) {
    let place = tus::begin(inspector, photo).await;
    tus::append(inspector, &place, 0, &photo.bytes).await;
}
