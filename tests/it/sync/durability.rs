//! `safe_to_delete` is never true too early: whatever was called safe is there, byte for byte, after a kill −9 of the server
//! or of its PostgreSQL in the middle of a push; the rest can be sent again, and nothing is doubled.

#![expect(
    clippy::indexing_slicing,
    reason = "a test fails by panicking, its helpers too"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::harness::story::{self, Draft};
use crate::harness::{Client, ServerProcess};

const PHONES: usize = 6;
const BATCHES: usize = 6;
const BATCH: usize = 4;
/// Something dies once so many requests are answered: about half of all.
const ANSWERED_BEFORE: usize = PHONES * BATCHES * (1 + BATCH) / 2;

/// Who is killed.
#[derive(Clone, Copy, PartialEq)]
enum Victim {
    Server,
    PostgreSql,
}

#[tokio::test]
async fn what_was_called_safe_survives_a_killed_server() {
    push_amid_death(Victim::Server).await;
}

#[tokio::test]
async fn what_was_called_safe_survives_a_killed_postgresql() {
    push_amid_death(Victim::PostgreSql).await;
}

async fn push_amid_death(victim: Victim) {
    let folder = ServerProcess::folder();
    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let work: Vec<Vec<Vec<Item>>> = (0..PHONES)
        .map(|_| (0..BATCHES).map(|_| batch_of_items()).collect())
        .collect();
    let inspector = Client::new(&server.url)
        .login_on("inspector1", Uuid::new_v4())
        .await;
    let line = Line {
        http: reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client"),
        url: server.url.clone(),
        token: inspector.token(),
        answered: AtomicUsize::new(0),
        enough: Notify::new(),
        safe: Mutex::default(),
    };
    let phones = join_all(work.iter().map(|batches| line.sync(batches)));
    let killing = async {
        line.enough.notified().await;
        match victim {
            Victim::Server => server.signal(Signal::SIGKILL),
            Victim::PostgreSql => kill_postgres(folder.path()),
        }
    };
    tokio::join!(phones, killing);
    if victim == Victim::PostgreSql {
        server.signal(Signal::SIGKILL);
    }
    let safe = line.safe.into_inner().expect("no phone panicked");
    let items: Vec<&Item> = work.iter().flatten().flatten().collect();
    assert!(
        !safe.is_empty() && safe.len() < items.len(),
        "killed too early or too late: {} of {} were safe",
        safe.len(),
        items.len()
    );

    let mut server = ServerProcess::start(folder.path(), "127.0.0.1:0");
    let inspector = Client::new(&server.url)
        .login_on("inspector1", Uuid::new_v4())
        .await;
    let clerk = Client::new(&server.url).login("clerk").await;
    let is_safe = |item: &&&Item| safe.contains(&item.mid);
    join_all(
        items
            .iter()
            .filter(is_safe)
            .map(|item| item.check_kept(&inspector, &clerk)),
    )
    .await;
    for batches in &work {
        for batch in batches {
            let answer = inspector.post("sync/batches").json(&body(batch)).await;
            let answer = answer.expect(200);
            for (item, result) in batch.iter().zip(answer.list("/results")) {
                assert_eq!(result["verdict"], "applied", "{result}");
                if safe.contains(&item.mid) {
                    assert_eq!(result["seen_before"], true, "{result}");
                    assert_eq!(result["safe_to_delete"], true, "{result}");
                }
            }
        }
    }
    join_all(items.iter().map(|item| item.send_photo_again(&inspector))).await;
    join_all(items.iter().map(|item| item.check_kept(&inspector, &clerk))).await;
    let tickets = clerk.get("tickets?limit=500").await.expect(200);
    let reports: Vec<&Value> = tickets
        .list("/items")
        .iter()
        .map(|ticket| &ticket["origin"]["report"])
        .collect();
    let distinct: BTreeSet<String> = reports.iter().map(ToString::to_string).collect();
    assert_eq!((reports.len(), distinct.len()), (items.len(), items.len()));
    server.signal(Signal::SIGTERM);
}

/// A report with its mutation.
struct Item {
    mid: Uuid,
    draft: Draft,
}

fn batch_of_items() -> Vec<Item> {
    (0..BATCH)
        .map(|index| Item {
            mid: Uuid::new_v4(),
            draft: story::report(story::INSIDE[index % 7].0),
        })
        .collect()
}

fn body(items: &[Item]) -> Value {
    let mutations: Vec<Value> = items
        .iter()
        .enumerate()
        .map(|(seq, item)| {
            let mut mutation = item.draft.body();
            mutation["mid"] = json!(item.mid);
            mutation["seq"] = json!(seq);
            mutation["kind"] = json!("report.create");
            mutation
        })
        .collect();
    json!({ "mutations": mutations })
}

/// The line of all phones, which goes dead.
struct Line {
    http: reqwest::Client,
    url: String,
    token: String,
    answered: AtomicUsize,
    enough: Notify,
    safe: Mutex<BTreeSet<Uuid>>,
}

impl Line {
    /// Pushes each batch, sends its photos, and asks what is safe, until nobody answers.
    async fn sync(&self, batches: &[Vec<Item>]) {
        for batch in batches {
            if self.push(batch).await.is_none() {
                return;
            }
            for item in batch {
                for photo in &item.draft.photos {
                    let path = format!("attachments/{}", photo.aid);
                    let put = self.http.put(self.path(&path));
                    let put = put.header("content-type", "image/jpeg");
                    if self.send(put.body(photo.bytes.clone())).await.is_none() {
                        return;
                    }
                }
            }
            if self.push(batch).await.is_none() {
                return;
            }
        }
    }

    async fn push(&self, batch: &[Item]) -> Option<()> {
        let request = self.http.post(self.path("sync/batches")).json(&body(batch));
        let answer = self.send(request).await?;
        let mut safe = self.safe.lock().expect("no phone panics while holding it");
        for result in answer["results"].as_array()? {
            if result["safe_to_delete"] == true {
                let mid = result["mid"].as_str().and_then(|mid| mid.parse().ok());
                safe.insert(mid.expect("a mid"));
            }
        }
        Some(())
    }

    /// The answer, once it is here whole.
    async fn send(&self, request: reqwest::RequestBuilder) -> Option<Value> {
        let response = request.bearer_auth(&self.token).send().await.ok()?;
        let answer = response.json().await.ok()?;
        if self.answered.fetch_add(1, Ordering::SeqCst) + 1 == ANSWERED_BEFORE {
            self.enough.notify_one();
        }
        Some(answer)
    }

    fn path(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.url)
    }
}

impl Item {
    /// Report and photo are there as they were sent.
    async fn check_kept(&self, inspector: &Client, clerk: &Client) {
        let path = format!("reports/{}", self.draft.id);
        let report = inspector.get(&path).await.expect(200);
        assert_eq!(report.list("/findings").len(), 1);
        for photo in &self.draft.photos {
            let path = format!("attachments/{}/original", photo.aid);
            assert_eq!(clerk.get(&path).await.expect(200).body, photo.bytes);
        }
    }

    async fn send_photo_again(&self, inspector: &Client) {
        for photo in &self.draft.photos {
            let again = photo.put(inspector).await;
            assert!(matches!(again.status, 200 | 201), "{}", again.text());
        }
    }
}

/// The postmaster itself; its children follow.
fn kill_postgres(data_dir: &Path) {
    let file = std::fs::read_to_string(data_dir.join("pg/postmaster.pid")).expect("it runs");
    let pid = file
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    kill(Pid::from_raw(pid.expect("a process id")), Signal::SIGKILL).expect("our own cluster");
}
