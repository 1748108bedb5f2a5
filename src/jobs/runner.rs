//! Takes jobs from the queue and has them done, a few at a time.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tracing::Instrument as _;

use super::{
    anchor, climb_ladder, deliver_webhooks, draw_lookbacks, fold_tallies, hand_over, photo_linked,
    photo_stored, release_held, release_round, resume_suspended, start_round, sweep,
};
use crate::services::queue::{self, ATTEMPT_WITHIN, Claim, JobKind, Outcome};
use crate::services::{Result, Services};

/// Rendering holds a whole photo in memory.
const CONCURRENCY: usize = 2;
const POLL_EVERY: Duration = Duration::from_secs(1);
/// Between two looks when the database does not answer.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// What became of the jobs that were due.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Done.
    pub done: usize,
    /// To be tried again later.
    pub postponed: usize,
    /// Given up.
    pub given_up: usize,
}

/// Has the job done, whichever it is.
async fn perform(svc: &Services, job: JobKind) -> anyhow::Result<()> {
    match job {
        JobKind::PhotoStored { attachment_id } => photo_stored::run(svc, attachment_id).await,
        JobKind::PhotoLinked { attachment_id } => photo_linked::run(svc, attachment_id).await,
        JobKind::ReleaseHeld { account_id, mid } => release_held::run(svc, account_id, mid).await,
        JobKind::HandOver { handover_id } => hand_over::run(svc, handover_id).await,
        JobKind::ResumeSuspended { ticket_id } => resume_suspended::run(svc, ticket_id).await,
        JobKind::Sweep {} => sweep::run(svc).await,
        JobKind::DrawLookbacks {} => draw_lookbacks::run(svc).await,
        JobKind::FoldTallies {} => fold_tallies::run(svc).await,
        JobKind::ClimbLadder {} => climb_ladder::run(svc).await,
        JobKind::DeliverWebhooks {} => deliver_webhooks::run(svc).await,
        JobKind::Anchor {} => anchor::run(svc).await,
        JobKind::StartRound { round_id } => start_round::run(svc, round_id).await,
        JobKind::ReleaseRound { round_id } => release_round::run(svc, round_id).await,
    }
}

/// Does every job that is due now, one after the other, and those that they enqueue.
///
/// # Errors
/// `internal` or `unavailable` when the queue cannot be read or written.
pub async fn run_due(svc: &Services) -> Result<Counts> {
    let mut counts = Counts::default();
    while let Some(claim) = queue::claim(svc).await? {
        match attempt(svc, &claim).await? {
            Outcome::Done => counts.done += 1,
            Outcome::Postponed => counts.postponed += 1,
            Outcome::GivenUp => counts.given_up += 1,
        }
    }
    Ok(counts)
}

/// Works until told to stop, and then finishes the jobs at hand.
pub async fn work(svc: Services, stop: watch::Receiver<bool>) {
    tracing::info!("the worker has started");
    if let Err(error) = queue::plan(&svc).await {
        tracing::warn!(%error, "what is done every day is not planned before the next start, unless it was before");
    }
    let loops = (0..CONCURRENCY).map(|_| work_alone(&svc, stop.clone()));
    join_all(loops).await;
    tracing::info!("the worker has stopped");
}

async fn work_alone(svc: &Services, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let pause = match step(svc).await {
            Ok(true) => continue,
            Ok(false) => POLL_EVERY.mul_f64(0.5 + rand::random::<f64>()),
            Err(error) => {
                tracing::warn!(%error, "the queue does not answer");
                AFTER_FAILURE
            }
        };
        // A sender that is gone counts as "stop".
        let stopped = stop.wait_for(|stop| *stop);
        if !matches!(tokio::time::timeout(pause, stopped).await, Err(_elapsed)) {
            return;
        }
    }
}

/// Does the next job; false when none is due.
async fn step(svc: &Services) -> Result<bool> {
    let Some(claim) = queue::claim(svc).await? else {
        return Ok(false);
    };
    attempt(svc, &claim).await?;
    Ok(true)
}

/// One attempt at a job, in a task of its own: a panic there is a failure like any other.
async fn attempt(svc: &Services, claim: &Claim) -> Result<Outcome> {
    let span = tracing::info_span!("job", kind = claim.kind());
    let done = match claim.job() {
        Ok(job) => {
            let svc = svc.clone();
            let task =
                async move { tokio::time::timeout(ATTEMPT_WITHIN, perform(&svc, job)).await };
            match tokio::spawn(task.instrument(span.clone())).await {
                Ok(Ok(done)) => done,
                Ok(Err(elapsed)) => Err(elapsed.into()),
                Err(panic) => Err(panic.into()),
            }
        }
        Err(error) => Err(error),
    };
    let failure = done.as_ref().err().map(|error| format!("{error:#}"));
    let outcome = queue::settle(svc, claim, done).await?;
    let _entered = span.enter();
    match (outcome, failure) {
        (Outcome::GivenUp, Some(error)) => tracing::error!(error, "given up"),
        (_, Some(error)) => tracing::warn!(error, "will be tried again"),
        (_, None) => tracing::debug!("done"),
    }
    metrics::counter!("jobs_total", "kind" => claim.kind().to_owned(), "outcome" => word(outcome))
        .increment(1);
    Ok(outcome)
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Postponed => "postponed",
        Outcome::GivenUp => "given_up",
    }
}
