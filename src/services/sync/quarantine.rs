//! What was quarantined (隔离区), for the office: to see why, and to have it judged again by the rules of today, once.

use uuid::Uuid;

use super::hold::judge_again;
pub use crate::db::mutation::Logged as Quarantined;
use crate::db::mutation::{Logged, Place};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{Page, decode_cursor};
use crate::domain::sync::mutation::Verdict;
use crate::services::error::{Error, Result};
use crate::services::pseudonym;
use crate::services::state::Services;

/// Most mutations of one replay.
pub const MAX_REPLAYED: usize = 1_000;

/// Which mutations to judge again.
#[derive(Debug)]
pub enum Which {
    /// These: sender and id.
    Items(Vec<(Uuid, Uuid)>),
    /// Those quarantined for a reason, the oldest first.
    OfCode(String),
}

/// A mutation that was judged again.
#[derive(Debug)]
pub struct Replayed {
    /// Its sender.
    pub account_id: Uuid,
    /// Its id.
    pub mid: Uuid,
    /// The verdict now; none when it was not quarantined.
    pub verdict: Option<Verdict>,
    /// Why it is still quarantined.
    pub code: Option<String>,
}

/// A page of what was quarantined, the oldest first; of inspectors under their pseudonyms.
///
/// # Errors
/// `forbidden` outside the office; `cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Logged>> {
    require(actor, Action::ReplayQuarantined)?;
    let after: Option<Place> = cursor.map(decode_cursor).transpose()?;
    let mut conn = svc.conn().await?;
    let after = match after {
        Some((at, sender, mid)) => Some((at, pseudonym::sender(&mut conn, sender).await?, mid)),
        None => None,
    };
    let mut rows = db::mutation::quarantined(&mut conn, None, after, i64::from(limit) + 1).await?;
    for row in &mut rows {
        let named = pseudonym::name_of_sender(&mut conn, row.account_id).await?;
        if let Some(name) = named {
            // A phone would tell one sender from another.
            (row.account_id, row.device_id) = (name, None);
        }
    }
    Ok(Page::cut(rows, limit, |row| {
        (row.received_at, row.account_id, row.mid)
    }))
}

/// Judges again. A mutation that two people replay at once is judged once.
///
/// # Errors
/// `forbidden` outside the office; `unavailable`: what was judged until then stays judged.
pub async fn replay(svc: &Services, actor: &Actor, which: Which) -> Result<Vec<Replayed>> {
    require(actor, Action::ReplayQuarantined)?;
    let mut conn = svc.conn().await?;
    let items = match which {
        Which::Items(items) => items,
        Which::OfCode(code) => {
            let limit = i64::try_from(MAX_REPLAYED).unwrap_or(i64::MAX);
            let rows = db::mutation::quarantined(&mut conn, Some(&code), None, limit).await?;
            rows.iter().map(|row| (row.account_id, row.mid)).collect()
        }
    };
    let mut replayed = Vec::with_capacity(items.len());
    for (account_id, mid) in items {
        let sender = pseudonym::sender(&mut conn, account_id).await?;
        let mut judged = replay_one(svc, &mut conn, sender, mid).await?;
        let named = pseudonym::name_of_sender(&mut conn, sender).await?;
        judged.account_id = named.unwrap_or(sender);
        replayed.push(judged);
    }
    let changed = replayed
        .iter()
        .filter(|it| it.verdict.is_some_and(|it| it != Verdict::Quarantined));
    tracing::info!(by = %actor.account_id, asked = replayed.len(), changed = changed.count(), "replayed from quarantine");
    Ok(replayed)
}

async fn replay_one(
    svc: &Services,
    conn: &mut Conn,
    account_id: Uuid,
    mid: Uuid,
) -> Result<Replayed> {
    let outcome = conn
        .transaction::<_, Error, _>(async |conn| {
            let kept = db::mutation::lock(conn, account_id, mid, Verdict::Quarantined).await?;
            match kept {
                Some(kept) => judge_again(svc, conn, &kept, false).await.map(Some),
                None => Ok(None),
            }
        })
        .await?;
    let code = outcome.as_ref().and_then(|outcome| {
        let code = outcome.result.get("code")?.as_str()?;
        (outcome.verdict == Verdict::Quarantined).then(|| code.to_owned())
    });
    Ok(Replayed {
        account_id,
        mid,
        verdict: outcome.map(|outcome| outcome.verdict),
        code,
    })
}
