//! The queue: what a transaction enqueues is done if it commits, tried again when it fails, and given up at last.

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;
use xuncha::db::AsyncConnection as _;
use xuncha::services::queue::{self, JobKind, Outcome};

use crate::harness::TestApp;

const RENDER: JobKind = JobKind::PhotoStored {
    attachment_id: Uuid::from_u128(7),
};

async fn enqueue(app: &TestApp) {
    let mut conn = app.sql().await;
    queue::enqueue(&mut conn, app.svc.now(), &RENDER)
        .await
        .expect("the queue takes it");
}

#[tokio::test]
async fn a_job_is_stored_by_kind_and_payload_and_read_back() {
    let app = TestApp::empty().await;
    enqueue(&app).await;
    let rows = app.rows("SELECT kind, payload, attempts FROM jobs").await;
    let payload = json!({ "attachment_id": Uuid::from_u128(7) });
    assert_eq!(
        rows,
        [json!({ "kind": "photo_stored", "payload": payload, "attempts": 0 })]
    );
    let claim = queue::claim(&app.svc)
        .await
        .expect("the queue")
        .expect("a job");
    assert_eq!(claim.job().expect("a kind that is known"), RENDER);
    assert_eq!(
        queue::settle(&app.svc, &claim, Ok(()))
            .await
            .expect("the queue"),
        Outcome::Done
    );
    app.finish().await;
}

#[tokio::test]
async fn a_job_of_a_transaction_that_is_rolled_back_never_was() {
    let app = TestApp::empty().await;
    let mut conn = app.sql().await;
    let now = app.svc.now();
    let rolled_back: Result<(), xuncha::services::Error> = conn
        .transaction(async |conn| {
            queue::enqueue(conn, now, &RENDER).await?;
            Err(anyhow::anyhow!("something else failed").into())
        })
        .await;
    assert!(rolled_back.is_err());
    assert!(queue::claim(&app.svc).await.expect("the queue").is_none());
}

#[tokio::test]
async fn two_workers_never_hold_the_same_job() {
    let app = TestApp::empty().await;
    enqueue(&app).await;
    let (one, other) = tokio::join!(queue::claim(&app.svc), queue::claim(&app.svc));
    let claims = [one.expect("the queue"), other.expect("the queue")];
    let held: Vec<_> = claims.into_iter().flatten().collect();
    assert_eq!(held.len(), 1);
    for claim in held {
        queue::settle(&app.svc, &claim, Ok(()))
            .await
            .expect("the queue");
    }
}

#[tokio::test]
async fn a_killed_workers_job_is_free_after_its_lease_and_the_late_worker_changes_nothing() {
    let app = TestApp::empty().await;
    enqueue(&app).await;
    let killed = queue::claim(&app.svc)
        .await
        .expect("the queue")
        .expect("a job");
    app.clock.advance(SignedDuration::from_secs(89));
    assert!(queue::claim(&app.svc).await.expect("the queue").is_none());
    app.clock.advance(SignedDuration::from_secs(1));
    let second = queue::claim(&app.svc)
        .await
        .expect("the queue")
        .expect("free again");
    queue::settle(&app.svc, &killed, Ok(()))
        .await
        .expect("the queue");
    assert_eq!(queue::backlog(&app.svc).await.expect("the queue").open, 1);
    queue::settle(&app.svc, &second, Ok(()))
        .await
        .expect("the queue");
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_after_longer_and_longer_pauses_and_given_up_at_last() {
    let mut app = TestApp::empty().await;
    app.let_jobs_stay();
    enqueue(&app).await;
    let mut pauses = Vec::new();
    loop {
        let claim = queue::claim(&app.svc)
            .await
            .expect("the queue")
            .expect("due");
        let failed = Err(anyhow::anyhow!("the disk is full"));
        match queue::settle(&app.svc, &claim, failed)
            .await
            .expect("the queue")
        {
            Outcome::Postponed => {}
            Outcome::GivenUp => break,
            Outcome::Done => panic!("it failed"),
        }
        let pause_s = seconds_until_due(&app).await;
        app.clock.advance(SignedDuration::from_secs(pause_s - 1));
        assert!(queue::claim(&app.svc).await.expect("the queue").is_none());
        app.clock.advance(SignedDuration::from_secs(1));
        pauses.push(pause_s);
    }
    assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
    let backlog = queue::backlog(&app.svc).await.expect("the queue");
    assert_eq!((backlog.open, backlog.failed), (0, 1));
    let rows = app.rows("SELECT last_error, attempts FROM jobs").await;
    assert_eq!(
        rows,
        [json!({ "last_error": "the disk is full", "attempts": 12 })]
    );
}

async fn seconds_until_due(app: &TestApp) -> i64 {
    let rows = app
        .rows("SELECT extract(epoch FROM run_at)::bigint AS at FROM jobs")
        .await;
    let at = rows.iter().find_map(|row| row.get("at")?.as_i64());
    at.expect("there is a job") - app.svc.now().as_second()
}

#[tokio::test]
async fn a_kind_that_this_version_does_not_know_waits_for_one_that_does() {
    let mut app = TestApp::empty().await;
    app.let_jobs_stay();
    app.execute(
        "INSERT INTO jobs (id, kind, payload, run_at, created_at)
         VALUES (gen_random_uuid(), 'of_next_year', '{}', '2026-01-01Z', '2026-01-01Z')",
    )
    .await;
    let counts = app.run_jobs().await;
    assert_eq!((counts.done, counts.postponed, counts.given_up), (0, 1, 0));
    assert_eq!(queue::backlog(&app.svc).await.expect("the queue").open, 1);
}

#[tokio::test]
async fn a_job_that_kills_its_workers_without_a_word_is_given_up() {
    let mut app = TestApp::empty().await;
    enqueue(&app).await;
    let mut attempts = 0;
    while queue::claim(&app.svc).await.expect("the queue").is_some() {
        attempts += 1;
        app.clock.advance(SignedDuration::from_secs(91)); // The lease has run out.
        assert!(attempts <= 12, "it is tried for ever");
    }
    assert_eq!(attempts, 12);
    assert_eq!(
        app.rows("SELECT failed_at IS NOT NULL AS given_up FROM jobs")
            .await,
        [json!({ "given_up": true })]
    );
    app.let_jobs_stay();
    app.finish().await;
}
