//! Held mutations (暂存待前序): they wait for those that they depend on, and are done when these have come, or after 72 hours
//! without them. Nobody locks anything for it: who arrives looks for those that wait for it, and who waits looks once more for
//! what it waits for, both after their own commit; so one of them sees the other.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use super::judge::Judge;
use crate::db::mutation::{Logged, Outcome};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::account::Actor;
use crate::domain::sync::captured::Arrival;
use crate::domain::sync::mutation::Verdict;
use crate::services::error::{Error, Result};
use crate::services::input::batch::MutationText;
use crate::services::input::clock::read_clocks;
use crate::services::input::mutation::{Mutation, Work, read_mutation};
use crate::services::queue::{self, JobKind};
use crate::services::state::Services;

/// What a mutation must wait for: mutations of its sender that are not here or wait themselves, or its report.
pub(super) async fn missing(conn: &mut Conn, account_id: Uuid, it: &Mutation) -> Result<Vec<Uuid>> {
    let mut missing = Vec::new();
    if !it.depends_on.is_empty() {
        let arrived = db::mutation::arrived(conn, account_id, &it.depends_on).await?;
        let waits_for = |mid: &Uuid| *mid != it.mid && !arrived.contains(mid);
        missing.extend(it.depends_on.iter().copied().filter(waits_for));
        missing.sort_unstable();
        missing.dedup();
    }
    if let Ok(Work::Amend(addition) | Work::AddPhotos(addition)) = &it.work {
        let known = db::report::known(conn, addition.report_id).await?;
        if known.is_none_or(|known| known.account_id != account_id) {
            missing.push(addition.report_id);
        }
    }
    Ok(missing)
}

/// Has a held mutation done when its time is over.
pub(super) async fn enqueue_release(
    conn: &mut Conn,
    account_id: Uuid,
    mid: Uuid,
    release_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let job = JobKind::ReleaseHeld { account_id, mid };
    queue::enqueue_at(conn, job_id(account_id, mid), release_at, now, &job).await
}

fn job_id(account_id: Uuid, mid: Uuid) -> Uuid {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(account_id)
        .chain_update(mid)
        .finalize()
        .into();
    let bytes = digest.first_chunk::<16>().copied().unwrap_or_default();
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// Does the sender's held mutations that wait for nothing any more, and those that waited for them. Answers what became
/// of each.
///
/// # Errors
/// `unavailable`: what is left is done with the next batch, or in its time.
pub(super) async fn sweep(
    svc: &Services,
    conn: &mut Conn,
    account_id: Uuid,
) -> Result<Vec<(Uuid, Outcome)>> {
    let ready = db::mutation::releasable(conn, account_id).await?;
    sweep_from(svc, conn, account_id, ready).await
}

async fn sweep_from(
    svc: &Services,
    conn: &mut Conn,
    account_id: Uuid,
    mut ready: Vec<Uuid>,
) -> Result<Vec<(Uuid, Outcome)>> {
    let mut released = Vec::new();
    loop {
        let before = released.len();
        for mid in ready {
            if let Some(outcome) = release(svc, conn, account_id, mid, false).await? {
                released.push((mid, outcome));
            }
        }
        if released.len() == before {
            return Ok(released);
        }
        ready = db::mutation::releasable(conn, account_id).await?;
    }
}

/// Ends a transaction as [`transaction::end`](db::transaction::end) does, then does what the caller's held mutations have waited for, now that
/// something of it came by another way than a batch.
///
/// # Errors
/// That of the work; `unavailable`.
pub async fn end_and_release<T>(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    done: Result<T>,
) -> Result<T> {
    let account_id = actor.account_id;
    let ready = async |conn: &Conn| Ok(db::mutation::releasable(conn, account_id).await?);
    let (done, ready) = db::transaction::end_and_ask(conn, done, ready).await?;
    sweep_from(svc, conn, account_id, ready).await?;
    Ok(done)
}

/// Does a held mutation without what it waits for, if its time is over.
///
/// # Errors
/// `unavailable`: to be tried again.
pub async fn release_overdue(svc: &Services, account_id: Uuid, mid: Uuid) -> Result<()> {
    let mut conn = svc.conn().await?;
    release(svc, &mut conn, account_id, mid, true).await?;
    sweep(svc, &mut conn, account_id).await.map(|_| ())
}

/// Does one held mutation; none when it was not held any more, or must wait on.
async fn release(
    svc: &Services,
    conn: &mut Conn,
    account_id: Uuid,
    mid: Uuid,
    overdue: bool,
) -> Result<Option<Outcome>> {
    conn.transaction::<_, Error, _>(async |conn| {
        let held = db::mutation::lock(conn, account_id, mid, Verdict::Held).await?;
        let Some(held) = held else { return Ok(None) };
        let outcome = judge_again(svc, conn, &held, overdue).await?;
        if outcome.verdict == Verdict::Held {
            return Ok(None);
        }
        queue::cancel(conn, job_id(account_id, mid)).await?;
        Ok(Some(outcome))
    })
    .await
}

/// Judges a kept mutation by the rules and the assignments of today, and notes the verdict. The caller holds its lock.
pub(super) async fn judge_again(
    svc: &Services,
    conn: &mut Conn,
    kept: &Logged,
    overdue: bool,
) -> Result<Outcome> {
    let sender = db::session::find_sender(conn, kept.account_id, kept.device_id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the sender of a mutation is gone"))?;
    let text = MutationText {
        text: kept.raw.clone(),
        is_utf8: kept.outcome.result.get("code") != Some(&"not_utf8".into()),
    };
    let arrival = Arrival {
        received_at: kept.received_at,
        sent: read_clocks(&kept.clock),
    };
    let mutation = read_mutation(&text, &arrival);
    let judge = Judge {
        svc,
        actor: &sender,
        received_at: kept.received_at,
        base_cursor: kept.base_cursor,
        overdue,
    };
    let outcome = judge.judge(conn, &mutation).await?;
    if let Some(waiting) = &outcome.waiting {
        let at = waiting.release_at;
        enqueue_release(conn, kept.account_id, kept.mid, at, svc.now()).await?;
    }
    db::mutation::settle(conn, kept.account_id, kept.mid, &outcome).await?;
    db::feed::receipts(conn, kept.account_id, &[kept.mid]).await?;
    Ok(outcome)
}
