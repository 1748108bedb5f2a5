//! kill −9 of the server in mid-upload: what was acknowledged is there, the offset never falls, and the rest goes on from where it was.

use futures_util::future::join_all;
use nix::sys::signal::Signal;
use tokio::sync::Semaphore;

use super::{assert_original, begin, creation, large_photo, offset_in, path_of};
use crate::harness::story::Photo;
use crate::harness::{Client, ServerProcess};

const PHOTOS: usize = 8;
const LENGTH: usize = 3_000_000;
const PIECE: usize = 150_000;
/// The server dies once so many pieces are acknowledged: about half of all.
const KILLED_AFTER: usize = PHOTOS * LENGTH / PIECE / 2;

/// What a phone knows of its upload.
struct Sending {
    photo: Photo,
    place: String,
    acknowledged: usize,
}

impl Sending {
    /// Sends piece after piece until nobody answers or all is sent.
    async fn go_on(&mut self, http: &reqwest::Client, server: &str, told: &Semaphore) {
        while self.acknowledged < self.photo.bytes.len() {
            let end = (self.acknowledged + PIECE).min(self.photo.bytes.len());
            let piece = http
                .patch(format!("{server}{}", self.place))
                .header("tus-resumable", "1.0.0")
                .header("upload-offset", self.acknowledged)
                .header("content-type", "application/offset+octet-stream")
                .body(self.photo.bytes[self.acknowledged..end].to_vec());
            match piece.send().await {
                Ok(answer) if answer.status() == 204 => self.acknowledged = end,
                Ok(answer) => panic!("{answer:?}"),
                Err(_dead) => return,
            }
            told.add_permits(1);
        }
    }
}

#[tokio::test]
async fn an_upload_goes_on_after_the_server_was_killed_in_its_middle() {
    let folder = ServerProcess::folder();
    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let inspector = Client::new(&server.url).login("inspector1").await;
    let mut sendings = Vec::new();
    for _ in 0..PHOTOS {
        let photo = large_photo(LENGTH);
        let place = begin(&inspector, &photo).await;
        sendings.push(Sending {
            photo,
            place,
            acknowledged: 0,
        });
    }
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let told = Semaphore::new(0);
    let url = server.url.clone();
    let sending = join_all(sendings.iter_mut().map(|it| it.go_on(&http, &url, &told)));
    let killing = async {
        let enough = u32::try_from(KILLED_AFTER).expect("few");
        drop(told.acquire_many(enough).await.expect("never closed"));
        server.signal(Signal::SIGKILL);
    };
    tokio::join!(sending, killing);
    let acknowledged: usize = sendings.iter().map(|it| it.acknowledged).sum();
    assert!(acknowledged < PHOTOS * LENGTH, "killed too late");

    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let client = Client::new(&server.url);
    let inspector = client.login("inspector1").await;
    let clerk = client.login("clerk").await;
    for it in &mut sendings {
        assert_eq!(
            path_of(&creation(&inspector, &it.photo).await.expect(201)),
            it.place
        );
        let offset = super::offset_of(&client, &it.place).await;
        assert!(offset >= it.acknowledged, "{offset} < {}", it.acknowledged);
        // What arrived unacknowledged may be kept; it is told the same way again.
        assert_eq!(super::offset_of(&client, &it.place).await, offset);
        it.acknowledged = offset;
    }
    let url = server.url.clone();
    join_all(sendings.iter_mut().map(|it| it.go_on(&http, &url, &told))).await;
    for it in &sendings {
        assert_original(&clerk, &it.photo).await;
        let again = creation(&inspector, &it.photo).await.expect(201);
        let refused = super::piece(&client, &path_of(&again), 0, b"x").await;
        assert_eq!(offset_in(&refused.expect(409)), LENGTH);
    }
    server.signal(Signal::SIGTERM);
}
