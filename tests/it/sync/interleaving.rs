//! No committed row is ever skipped, and none is sent twice, however transactions overlap: writers that commit out of order,
//! abort, roll back to savepoints and stay open for long, stepped one by one in every order that a seed gives.

#![expect(
    clippy::indexing_slicing,
    reason = "a test fails by panicking, its helpers too"
)]

use std::collections::BTreeMap;

use diesel_async::SimpleAsyncConnection as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use uuid::Uuid;
use xuncha::db::{Conn, feed};
use xuncha::domain::sync::Collection;

use crate::harness::TestApp;
use crate::harness::phone::{Phone, Pulled};

const WRITERS: usize = 4;
const STEPS: usize = 400;

/// A writer and what it has under way: how often each of its rows was written, committed and not yet.
struct Writer {
    conn: Conn,
    open: bool,
    committed: BTreeMap<Uuid, usize>,
    pending: BTreeMap<Uuid, usize>,
}

impl Writer {
    async fn step(&mut self, rng: &mut StdRng) {
        if !self.open {
            self.run("BEGIN").await;
            self.open = true;
            self.pending = self.committed.clone();
        }
        match rng.random_range(0..10) {
            0..=4 => {
                let id = self.row(rng);
                self.write(id).await;
            }
            5 => {
                self.run("SAVEPOINT s").await;
                let before = self.pending.clone();
                let id = self.row(rng);
                self.write(id).await;
                if rng.random_bool(0.5) {
                    self.run("ROLLBACK TO SAVEPOINT s").await;
                    self.pending = before;
                }
            }
            6..=7 => {
                self.run("COMMIT").await;
                self.open = false;
                self.committed = std::mem::take(&mut self.pending);
            }
            8 => {
                self.run("ROLLBACK").await;
                self.open = false;
            }
            // Does nothing, and holds its snapshot and its id.
            _ => {}
        }
    }

    /// One of its rows, or a new one: two writers never wait for each other here.
    fn row(&self, rng: &mut StdRng) -> Uuid {
        let known = self.pending.len();
        if known > 0 && rng.random_bool(0.3) {
            let at = rng.random_range(0..known);
            return *self.pending.keys().nth(at).expect("one of them");
        }
        Uuid::from_u128(rng.random())
    }

    async fn write(&mut self, id: Uuid) {
        self.run(&format!(
            "INSERT INTO check_points (id, code, name_zh, kind, raw_lat, raw_lon, datum, lat, lon, valid_from) \
             VALUES ('{id}', '{id}', '点', 'K01', 37, 118, 'wgs84', 37, 118, now()) \
             ON CONFLICT (id) DO UPDATE SET address = check_points.address || '.'"
        ))
        .await;
        feed::reference(&mut self.conn, Collection::Points, &[id], &[])
            .await
            .expect("the feed takes it");
        *self.pending.entry(id).or_default() += 1;
    }

    async fn run(&mut self, statement: &str) {
        self.conn
            .batch_execute(statement)
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

#[tokio::test]
async fn no_chain_of_cursors_skips_a_committed_row_or_is_sent_one_twice() {
    for seed in 0..3 {
        interleave(seed).await;
    }
}

async fn interleave(seed: u64) {
    let app = TestApp::demo().await;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        writers.push(Writer {
            conn: app.sql().await,
            open: false,
            committed: BTreeMap::new(),
            pending: BTreeMap::new(),
        });
    }
    let mut phone = Phone::of(&app, "admin").await;
    phone.pull().await;
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |pulled: &Pulled| {
        for change in &pulled.changes {
            let id = change["id"].as_str().expect("an id").to_owned();
            *sent.entry(id).or_default() += 1;
        }
    };
    for _ in 0..STEPS {
        let writer = rng.random_range(0..WRITERS);
        writers[writer].step(&mut rng).await;
        if rng.random_bool(0.15) {
            count(&pull_slowly(&mut phone, &mut writers, &mut rng).await);
        }
    }
    for writer in &mut writers {
        if writer.open {
            writer.run("COMMIT").await;
            writer.committed = std::mem::take(&mut writer.pending);
        }
    }
    count(&phone.pull().await);
    assert!(phone.pull().await.changes.is_empty(), "seed {seed}");
    let committed: BTreeMap<String, usize> = writers
        .iter()
        .flat_map(|writer| &writer.committed)
        .map(|(id, writes)| (id.to_string(), *writes))
        .collect();
    assert!(committed.len() > 50, "seed {seed}: the writers did little");
    for (id, writes) in &committed {
        let times = sent.get(id).copied().unwrap_or(0);
        assert!(times >= 1, "seed {seed}: {id} was skipped");
        assert!(
            times <= *writes,
            "seed {seed}: {id} was sent {times} times for {writes} writes"
        );
        let address = phone.doc("points", id).get("address");
        let held = address.and_then(|it| it.as_str()).map_or(0, str::len);
        assert_eq!(held + 1, *writes, "seed {seed}: {id} is held as it was");
    }
    assert!(
        sent.keys().all(|id| committed.contains_key(id)),
        "seed {seed}: something uncommitted was sent"
    );
    app.finish().await;
}

/// A pull in small pages, between which the writers go on.
async fn pull_slowly(phone: &mut Phone, writers: &mut [Writer], rng: &mut StdRng) -> Pulled {
    let mut pulled = Pulled::default();
    let mut page: Option<String> = None;
    loop {
        let limit = rng.random_range(1..6);
        let answer = phone.page(page.as_deref(), limit).await.expect(200);
        page = phone.apply(&answer, &mut pulled);
        if page.is_none() {
            return pulled;
        }
        let writer = rng.random_range(0..writers.len());
        writers[writer].step(rng).await;
    }
}
