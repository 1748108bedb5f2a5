//! Work that a request leaves for later: enqueued on the connection of the transaction that makes it necessary, so that it is
//! done if and only if that transaction commits. How a job is done is decided above, in `jobs`.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Result, Services};
use crate::db;
use crate::db::Conn;
use crate::db::job::LeasedJob;

pub use crate::db::job::Backlog;

/// A worker that has not settled its job for so long counts as killed. Longer than any job may take.
const LEASE: SignedDuration = SignedDuration::from_secs(90);
/// What one attempt may take.
pub const ATTEMPT_WITHIN: std::time::Duration = std::time::Duration::from_secs(60);
/// Over three hours with the pauses below: longer than a restart of whatever is in the way.
const MAX_ATTEMPTS: i32 = 12;
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// A kind of job with what it needs to know. Every job may run twice, and must do no harm the second time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
pub enum JobKind {
    /// Examine a photo whose bytes are stored, make its renditions, judge it, and settle the submissions that waited for it.
    PhotoStored {
        /// The photo.
        attachment_id: Uuid,
    },
    /// Judge a photo anew, since something refers to it that did not before.
    PhotoLinked {
        /// The photo.
        attachment_id: Uuid,
    },
    /// Do a held mutation without what it waits for.
    ReleaseHeld {
        /// Its sender.
        account_id: Uuid,
        /// The mutation.
        mid: Uuid,
    },
    /// Do the next part of a hand-over.
    HandOver {
        /// The hand-over.
        handover_id: Uuid,
    },
    /// Have the clock of a suspended ticket run again, on its day.
    ResumeSuspended {
        /// The ticket.
        ticket_id: Uuid,
    },
    /// Clear away photos and uploads that nobody waits for any more.
    Sweep {},
    /// Draw tickets to look back at, when it is time.
    DrawLookbacks {},
    /// Fold what was counted lately into the tallies.
    FoldTallies {},
    /// Bring tickets that are late enough to their next level.
    ClimbLadder {},
    /// Send webhooks that are due.
    DeliverWebhooks {},
    /// Anchor new rows of trails in the audit log.
    Anchor {},
    /// Reveal a round to its inspectors.
    StartRound {
        /// The round.
        round_id: Uuid,
    },
    /// Release what a covert round has found.
    ReleaseRound {
        /// The round.
        round_id: Uuid,
    },
}

/// Jobs that are done again and again, each by one worker of the whole city: by their row's id, with how often.
const PERIODIC: [(Uuid, JobKind, SignedDuration); 6] = [
    (
        Uuid::from_u128(0x7377_6565_7000_4000_8000_0000_0000_0001),
        JobKind::Sweep {},
        SignedDuration::from_hours(24),
    ),
    (
        Uuid::from_u128(0x6c6f_6f6b_6200_4000_8000_0000_0000_0001),
        JobKind::DrawLookbacks {},
        SignedDuration::from_hours(24),
    ),
    (
        Uuid::from_u128(0x616e_6368_6f72_4000_8000_0000_0000_0001),
        JobKind::Anchor {},
        SignedDuration::from_secs(5),
    ),
    (
        Uuid::from_u128(0x7461_6c6c_7900_4000_8000_0000_0000_0001),
        JobKind::FoldTallies {},
        SignedDuration::from_hours(1),
    ),
    (
        Uuid::from_u128(0x6c61_6464_6572_4000_8000_0000_0000_0001),
        JobKind::ClimbLadder {},
        SignedDuration::from_mins(1),
    ),
    (
        Uuid::from_u128(0x7765_6268_6f6f_4000_8000_0000_0000_0001),
        JobKind::DeliverWebhooks {},
        SignedDuration::from_secs(5),
    ),
];

#[derive(Serialize, Deserialize)]
struct Stored {
    kind: String,
    payload: Value,
}

/// Enqueues a job within the caller's transaction.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn enqueue(conn: &mut Conn, now: Timestamp, job: &JobKind) -> Result<()> {
    let Stored { kind, payload } = stored(job)?;
    Ok(db::job::insert(conn, Uuid::new_v4(), &kind, &payload, now).await?)
}

/// Enqueues a job for later, under an id that [`cancel`] knows it by. One of that id stays as it is.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn enqueue_at(
    conn: &mut Conn,
    id: Uuid,
    run_at: Timestamp,
    now: Timestamp,
    job: &JobKind,
) -> Result<()> {
    let Stored { kind, payload } = stored(job)?;
    Ok(db::job::insert_due(conn, id, &kind, &payload, run_at, now).await?)
}

/// Plans the jobs that are done again and again, unless they are planned. Done once by every worker.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn plan(svc: &Services) -> Result<()> {
    let now = svc.now();
    let mut conn = svc.conn().await?;
    for (id, job, _) in PERIODIC {
        enqueue_at(&mut conn, id, now, now, &job).await?;
    }
    Ok(())
}

/// How often a job is done again.
fn period_of(claim: &Claim) -> Option<SignedDuration> {
    let (.., period) = PERIODIC.into_iter().find(|(id, ..)| *id == claim.0.id)?;
    Some(period)
}

/// Takes back a job that has become needless, if it is still there.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn cancel(conn: &mut Conn, id: Uuid) -> Result<()> {
    Ok(db::job::remove(conn, id).await?)
}

/// Has photos whose renditions were given up tried again: the store may have been away for longer than anybody waits.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn revive_photos(svc: &Services) -> Result<usize> {
    let attachment_id = Uuid::nil();
    revive(svc, &JobKind::PhotoStored { attachment_id }).await
}

/// Has suspensions whose end was given up tried again: no ticket may stay suspended beyond its day.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn revive_suspensions(svc: &Services) -> Result<usize> {
    let ticket_id = Uuid::nil();
    revive(svc, &JobKind::ResumeSuspended { ticket_id }).await
}

/// Has parts of hand-overs that were given up tried again.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn revive_handovers(svc: &Services) -> Result<usize> {
    let handover_id = Uuid::nil();
    revive(svc, &JobKind::HandOver { handover_id }).await
}

/// Has every job of this one's kind tried again that was given up.
async fn revive(svc: &Services, job: &JobKind) -> Result<usize> {
    let Stored { kind, .. } = stored(job)?;
    let mut conn = svc.conn().await?;
    Ok(db::job::revive(&mut conn, &kind, svc.now()).await?)
}

fn stored(job: &JobKind) -> Result<Stored> {
    Ok(serde_json::to_value(job)
        .and_then(serde_json::from_value)
        .map_err(anyhow::Error::from)?)
}

/// A job that this process has taken, to be [settled](settle).
#[derive(Debug)]
pub struct Claim(LeasedJob);

impl Claim {
    /// What is to be done.
    ///
    /// # Errors
    /// When an older or newer version of Xuncha enqueued it and this one does not know it.
    pub fn job(&self) -> anyhow::Result<JobKind> {
        let stored = Stored {
            kind: self.0.kind.clone(),
            payload: self.0.payload.clone(),
        };
        Ok(serde_json::from_value(serde_json::to_value(stored)?)?)
    }

    /// Its kind, for the log.
    pub fn kind(&self) -> &str {
        &self.0.kind
    }
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and gone.
    Done,
    /// To be tried again after a pause.
    Postponed,
    /// Given up after the last attempt; stays for a person to see.
    GivenUp,
}

/// Takes the next job that is due.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn claim(svc: &Services) -> Result<Option<Claim>> {
    let now = svc.now();
    let mut conn = svc.conn().await?;
    while let Some(job) = db::job::claim(&mut conn, now, now + LEASE).await? {
        let claim = Claim(job);
        if claim.0.attempt <= MAX_ATTEMPTS || period_of(&claim).is_some() {
            return Ok(Some(claim));
        }
        // Its workers died of it, again and again, without a word.
        db::job::give_up(&mut conn, &claim.0, now, "no attempt came to an end").await?;
    }
    Ok(None)
}

/// Writes down what became of an attempt.
///
/// # Errors
/// `internal` or `unavailable`; then the lease runs out, and the job is tried again.
pub async fn settle(svc: &Services, claim: &Claim, done: anyhow::Result<()>) -> Result<Outcome> {
    let now = svc.now();
    let mut conn = svc.conn().await?;
    let period = period_of(claim);
    let Err(error) = done else {
        match period {
            Some(period) => db::job::repeat(&mut conn, &claim.0, now + period).await?,
            None => db::job::finish(&mut conn, &claim.0).await?,
        }
        return Ok(Outcome::Done);
    };
    let error = format!("{error:#}");
    if claim.0.attempt >= MAX_ATTEMPTS && period.is_none() {
        db::job::give_up(&mut conn, &claim.0, now, &error).await?;
        return Ok(Outcome::GivenUp);
    }
    let pause = pause_after(claim.0.attempt);
    let run_at = now + period.map_or(pause, |period| pause.min(period * 12));
    db::job::put_back(&mut conn, &claim.0, run_at, &error).await?;
    Ok(Outcome::Postponed)
}

/// How much is waiting, and how much was given up.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn backlog(svc: &Services) -> Result<Backlog> {
    let mut conn = svc.conn().await?;
    Ok(db::job::backlog(&mut conn).await?)
}

/// Twice as long after each attempt, up to an hour.
fn pause_after(attempt: i32) -> SignedDuration {
    let doublings = u32::try_from(attempt - 1).unwrap_or_default();
    2_i32
        .checked_pow(doublings)
        .and_then(|factor| FIRST_PAUSE.checked_mul(factor))
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}
