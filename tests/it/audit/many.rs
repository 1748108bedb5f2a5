//! Many writers that commit in any order, and workers that anchor meanwhile: every row is anchored exactly once.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use xuncha::services::audit;

use super::City;
use crate::harness::story::{self, command};

const WRITERS: usize = 6;
const ROUNDS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_is_anchored_exactly_once_whatever_the_order_of_commits() {
    let city = City::new().await;
    let done = AtomicBool::new(false);
    let writer = async |number: usize| {
        let inspector = city
            .app
            .login(&format!("inspector{}", number % 5 + 1))
            .await;
        let clerk = city.app.login("clerk").await;
        for _ in 0..ROUNDS {
            let sent = story::report("371602").post(&inspector).await;
            command(&clerk, &sent.ticket, "comment", json!({ "text": "催办" }))
                .await
                .expect(200);
        }
    };
    let anchoring = async || {
        let mut anchored = 0;
        while !done.load(Ordering::SeqCst) {
            anchored += audit::anchor(&city.app.svc).await.expect("anchored").rows;
            tokio::task::yield_now().await;
        }
        anchored
    };
    let writing = async {
        futures_util::future::join_all((0..WRITERS).map(writer)).await;
        done.store(true, Ordering::SeqCst);
    };
    let ((), first, second) = futures_util::join!(writing, anchoring(), anchoring());
    let last = city.anchor().await.rows;
    let rows = 9 + WRITERS * ROUNDS * 3;
    assert_eq!(first + second + last, rows);
    let report = city.verify().await;
    assert_eq!(report.faults, []);
    let rows = u64::try_from(rows).expect("few");
    assert_eq!((report.rows, report.entries), (rows, rows));
    assert_eq!(report.tail.rows, 0);
}

/// A transaction that began before others and commits after their rows were anchored.
#[tokio::test]
async fn a_row_that_is_committed_late_is_anchored_late_and_not_skipped() {
    use diesel_async::SimpleAsyncConnection as _;
    let city = City::anchored().await;
    let mut slow = city.app.sql().await;
    // The trail of a ticket cannot be written by hand: another row of the pending list stands for it.
    let row = "INSERT INTO audit_pending (ticket_id, seq, hash) VALUES (gen_random_uuid(), 1, sha256('late'))";
    slow.batch_execute(&format!("BEGIN; {row}"))
        .await
        .expect("written, not committed");
    city.comment(1).await;
    assert_eq!(city.anchor().await.rows, 1);
    slow.batch_execute("COMMIT").await.expect("committed");
    assert_eq!(city.anchor().await.rows, 1);
    let entries = city.app.rows("SELECT position FROM audit_leaves").await;
    assert_eq!(entries.len(), 11);
}
