//! The real tus-js-client through a bad line: whatever is cut, lost, expired or killed, the bytes are equal in the end and the
//! receipt says so.

use std::path::Path;

use jiff::SignedDuration;
use nix::sys::signal::Signal;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::files;
use crate::harness::bad_line::{BadLine, Fate, fates};
use crate::harness::story::{self, Draft, Photo};
use crate::harness::tus_js::TusJs;
use crate::harness::{Client, ServerProcess, TestApp};
use crate::sync::push::create;

const KIBIBYTE: usize = 1024;
const PHOTO_BYTES: usize = 1500 * KIBIBYTE;
const CHUNK_BYTES: usize = 256 * KIBIBYTE;
const HALF: u64 = 750 * 1024;

/// A report whose photo lies in the phone's folder.
struct Shot {
    draft: Draft,
    mid: Uuid,
    folder: TempDir,
}

impl Shot {
    /// Of bytes that a seed decides.
    fn new(seed: u64) -> Self {
        let mut bytes = vec![0; PHOTO_BYTES];
        StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("IMG_0001.jpg"), &bytes).expect("our own folder");
        Self {
            draft: story::report("371602").photos(vec![Photo::of_bytes(bytes)]),
            mid: Uuid::new_v4(),
            folder,
        }
    }

    fn photo(&self) -> &Photo {
        self.draft.photos.first().expect("there is one")
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// What the app is told to do.
    fn order(&self, url: &str, inspector: &Client) -> Value {
        json!({
            "endpoint": format!("{url}/api/v1/files"),
            "file": self.path("IMG_0001.jpg"),
            "token": inspector.token(),
            "chunkSize": CHUNK_BYTES,
            "metadata": {
                "aid": self.photo().aid,
                "sha256": self.photo().sha256(),
                "filename": "IMG_0001.jpg",
                "filetype": "image/jpeg",
            },
        })
    }

    /// Sends the report in a batch; answers the receipt.
    async fn report(&self, inspector: &Client) -> Value {
        let mut mutation = create(&self.draft);
        let members = mutation.as_object_mut().expect("a mutation");
        members.insert("mid".to_owned(), json!(self.mid));
        let batch = json!({ "batch_id": Uuid::new_v4(), "mutations": [mutation] });
        let answer = inspector.post("sync/batches").json(&batch).await;
        let answer = answer.expect(200);
        assert_eq!(answer.str("/results/0/verdict"), "applied");
        answer.at("/results/0").clone()
    }

    /// The phone may delete its copy, and what the office reads is that copy.
    async fn assert_here(&self, inspector: &Client, clerk: &Client) {
        let receipt = self.report(inspector).await;
        let expected = json!({ "expected": 1, "stored": 1, "missing": [] });
        assert_eq!(receipt.get("attachments"), Some(&expected));
        assert_eq!(receipt.get("safe_to_delete"), Some(&json!(true)));
        let path = format!("attachments/{}/original", self.photo().aid);
        let original = clerk.get(&path).await.expect(200);
        assert!(original.body == self.photo().bytes, "other bytes");
    }
}

/// The city, its inspector on a phone, and its clerk.
async fn city() -> (TestApp, Client, Client) {
    let app = TestApp::demo().await;
    let inspector = app.client().login_on("inspector1", Uuid::new_v4()).await;
    let clerk = app.login("clerk").await;
    (app, inspector, clerk)
}

/// Nothing of an unfinished upload is left, and one photo.
fn assert_one_file(app: &TestApp) {
    let kept = files(app);
    assert_eq!(kept.len(), 1, "{kept:?}");
}

async fn through_a_line_cut_by(seed: u64) {
    let (app, inspector, clerk) = city().await;
    let shot = Shot::new(seed);
    let receipt = shot.report(&inspector).await;
    assert_eq!(receipt.get("safe_to_delete"), Some(&json!(false)));
    let line = BadLine::to(app.base_url(), fates(seed, 16, 400 * 1024)).await;
    let told = TusJs::start(&shot.order(&line.url, &inspector)).end().await;
    assert_eq!(told.outcome, "done", "seed {seed}: {}", told.log);
    assert!(
        told.log.contains("again"),
        "the line was good: {}",
        told.log
    );
    shot.assert_here(&inspector, &clerk).await;
    assert_one_file(&app);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_photo_arrives_whole_through_a_line_that_is_cut_again_and_again() {
    for seed in 1..=3 {
        through_a_line_cut_by(seed).await;
    }
}

#[tokio::test]
async fn a_photo_in_one_piece_arrives_whole_through_such_a_line() {
    let (app, inspector, clerk) = city().await;
    let shot = Shot::new(4);
    shot.report(&inspector).await;
    let cut = |bytes| Fate {
        up: Some(bytes),
        down: None,
    };
    let fates = vec![cut(300_000), cut(300_000), cut(50), cut(600_000)];
    let line = BadLine::to(app.base_url(), fates).await;
    let mut order = shot.order(&line.url, &inspector);
    order["chunkSize"] = Value::Null;
    order["withCreation"] = json!(true);
    let told = TusJs::start(&order).end().await;
    assert_eq!(told.outcome, "done", "{}", told.log);
    shot.assert_here(&inspector, &clerk).await;
    assert_one_file(&app);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_makes_one_upload() {
    let (app, inspector, clerk) = city().await;
    let shot = Shot::new(5);
    let lost = Fate {
        up: None,
        down: Some(0),
    };
    let line = BadLine::to(app.base_url(), vec![lost; 3]).await;
    let told = TusJs::start(&shot.order(&line.url, &inspector)).end().await;
    assert_eq!(told.outcome, "done", "{}", told.log);
    assert!(told.log.starts_with("again"), "{}", told.log);
    // The bytes came before the report.
    shot.assert_here(&inspector, &clerk).await;
    assert_one_file(&app);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_expires_in_mid_upload_stops_nothing() {
    let (app, inspector, clerk) = city().await;
    let shot = Shot::new(6);
    shot.report(&inspector).await;
    let cut = Fate {
        up: Some(HALF + 100_000),
        down: None,
    };
    let line = BadLine::to(app.base_url(), vec![cut]).await;
    line.jams_at(HALF);
    let uploading = TusJs::start(&shot.order(&line.url, &inspector));
    line.has_carried(HALF).await;
    app.clock.advance(SignedDuration::from_mins(31));
    line.lead_to(app.base_url());
    let told = uploading.end().await;
    assert_eq!(told.outcome, "done", "{}", told.log);
    assert!(told.log.contains("again"), "it was not cut: {}", told.log);
    assert!(!told.log.contains("401"), "{}", told.log);
    inspector
        .get("me")
        .await
        .expect_problem(401, "token_expired");
    let inspector = app.client().login_on("inspector1", Uuid::new_v4()).await;
    shot.assert_here(&inspector, &clerk).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn an_app_that_was_killed_goes_on_where_it_was() {
    let (app, inspector, clerk) = city().await;
    let shot = Shot::new(7);
    shot.report(&inspector).await;
    let line = BadLine::to(app.base_url(), Vec::new()).await;
    line.jams_at(HALF);
    let mut order = shot.order(&line.url, &inspector);
    order["state"] = json!(shot.path("uploads.json"));
    let first = TusJs::start(&order);
    line.has_carried(HALF).await;
    first.kill();
    line.lead_to(app.base_url());
    let told = TusJs::start(&order).end().await;
    assert_eq!(told.outcome, "done", "{}", told.log);
    assert!(!told.log.contains("POST"), "it began anew: {}", told.log);
    shot.assert_here(&inspector, &clerk).await;
    assert_one_file(&app);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn an_app_that_changes_its_mind_leaves_nothing() {
    let (app, inspector, _) = city().await;
    let shot = Shot::new(8);
    let mut order = shot.order(app.base_url(), &inspector);
    order["abortAt"] = json!(CHUNK_BYTES);
    let told = TusJs::start(&order).end().await;
    assert_eq!(told.outcome, "aborted", "{}", told.log);
    assert!(told.log.contains("DELETE 204"), "{}", told.log);
    let link = told.url.strip_prefix(app.base_url());
    let link = link.expect("of this server");
    let head = inspector.request(reqwest::Method::HEAD, link);
    head.header("tus-resumable", "1.0.0").await.expect(404);
    assert_eq!(files(&app), [""; 0]);
    app.finish().await;
}

#[tokio::test]
async fn an_app_that_knows_nothing_of_reports_has_its_photo_linked_by_its_digest() {
    let (app, inspector, clerk) = city().await;
    let shot = Shot::new(9);
    let mut order = shot.order(app.base_url(), &inspector);
    order["metadata"] = json!({ "filename": "IMG_0001.jpg", "filetype": "image/jpeg" });
    let told = TusJs::start(&order).end().await;
    assert_eq!(told.outcome, "done", "{}", told.log);
    shot.assert_here(&inspector, &clerk).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_outlives_a_server_that_is_killed() {
    let folder = ServerProcess::folder();
    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let log_in = async |server: &ServerProcess| {
        let client = Client::new(&server.url);
        client.login_on("inspector1", Uuid::new_v4()).await
    };
    let inspector = log_in(&server).await;
    let shots = [Shot::new(10), Shot::new(11)];
    let line = BadLine::to(&server.url, Vec::new()).await;
    // Less than one file: whichever is ahead is in its middle.
    line.jams_at(HALF);
    let mut uploads = Vec::new();
    for shot in &shots {
        shot.report(&inspector).await;
        uploads.push(TusJs::start(&shot.order(&line.url, &inspector)));
    }
    line.has_carried(HALF).await;
    server.signal(Signal::SIGKILL);
    let mut server = restart(folder.path());
    line.lead_to(&server.url);
    let mut logs = String::new();
    for upload in uploads {
        let told = upload.end().await;
        assert_eq!(told.outcome, "done", "{}", told.log);
        logs.push_str(&told.log);
    }
    assert!(logs.contains("again"), "killed too late: {logs}");
    let inspector = log_in(&server).await;
    let clerk = Client::new(&server.url).login("clerk").await;
    for shot in &shots {
        shot.assert_here(&inspector, &clerk).await;
    }
    server.signal(Signal::SIGTERM);
}

/// The server on the same data, from a thread that lives on.
fn restart(folder: &Path) -> ServerProcess {
    ServerProcess::start(folder, "127.0.0.1:0")
}
