//! Anchoring: new rows of trails become leaves of the city's tree, and its new head is signed. One worker at a time, a batch a
//! transaction; whatever dies in between is taken up again. Heads go outside after the commit, those that are missing there first: the
//! outside never knows of a head that the database does not have.

use crate::db::audit::{Entry, Standing};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::audit::head::{Head, head_text};
use crate::domain::audit::merkle::leaf;
use crate::services::error::{Error, Result};
use crate::services::state::Services;

use super::kept;

/// Rows of a batch.
const BATCH: i64 = 5_000;
/// Batches of one job, so that it ends within its time.
const BATCHES: usize = 20;
/// Heads that are kept outside at once.
const HEADS_AT_ONCE: i64 = 500;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Anchored {
    /// Rows anchored.
    pub rows: usize,
    /// Heads signed.
    pub heads: usize,
}

/// Anchors what waits. Safe to repeat, and to break off.
///
/// # Errors
/// `unavailable` when the store or the database do not answer. `internal` when what was signed before says otherwise than the
/// database: nothing is signed that contradicts it.
pub async fn anchor(svc: &Services) -> Result<Anchored> {
    refuse_another_past(svc).await?;
    let mut anchored = Anchored::default();
    for _ in 0..BATCHES {
        let mut conn = svc.conn().await?;
        let rows = conn
            .transaction::<_, Error, _>(async |conn| batch(svc, conn).await)
            .await?;
        if rows == 0 {
            break;
        }
        anchored.rows += rows;
        anchored.heads += 1;
    }
    keep_heads(svc).await?;
    Ok(anchored)
}

/// Nothing is signed on top of a database that knows less than what was signed before, or otherwise.
async fn refuse_another_past(svc: &Services) -> Result<()> {
    let Some(kept) = kept::latest(&svc.blobs).await? else {
        return Ok(());
    };
    let mut conn = svc.conn().await?;
    let known = db::audit::head_at(&mut conn, kept.place()).await?;
    if known.as_ref().is_some_and(|known| known.root == kept.root) {
        return Ok(());
    }
    Err(anyhow::anyhow!(
        "the audit log does not have the head of {} entries that was signed at {}: run `xuncha audit verify`; if an older backup of the \
         database was restored, say so with `xuncha audit restored`",
        kept.size,
        kept.signed_at
    )
    .into())
}

async fn batch(svc: &Services, conn: &mut Conn) -> Result<usize> {
    let standing = db::audit::hold(conn).await?;
    let entries = db::audit::take(conn, BATCH).await?;
    if entries.is_empty() {
        return Ok(0);
    }
    let head = extend(svc, conn, standing, &entries).await?;
    db::audit::add_head(conn, &head).await?;
    Ok(entries.len())
}

async fn extend(
    svc: &Services,
    conn: &mut Conn,
    standing: Standing,
    entries: &[Entry],
) -> Result<Head> {
    let Standing {
        generation,
        mut edge,
    } = standing;
    let first = edge.size();
    let mut nodes = Vec::new();
    for entry in entries {
        edge.push(leaf(entry.ticket_id, entry.seq, &entry.hash), |node| {
            nodes.push(node)
        });
    }
    db::audit::extend(conn, first, entries, &nodes, &edge).await?;
    sign(svc, generation, edge.size(), edge.root())
}

/// A signed head, as of now.
pub(super) fn sign(
    svc: &Services,
    generation: u32,
    size: u64,
    root: crate::domain::audit::Hash,
) -> Result<Head> {
    let second = svc.now().as_second();
    let signed_at = jiff::Timestamp::from_second(second).map_err(anyhow::Error::from)?;
    let key_id = svc.audit_keys.id().map_err(anyhow::Error::from)?.to_owned();
    let text = head_text(generation, size, &root, signed_at, &key_id);
    let signature = svc.audit_keys.sign(&text).map_err(anyhow::Error::from)?;
    Ok(Head {
        generation,
        size,
        root,
        signed_at,
        key_id,
        signature,
    })
}

/// Keeps outside whatever heads are not there yet.
async fn keep_heads(svc: &Services) -> Result<()> {
    let mut place = kept::latest(&svc.blobs).await?.map(|head| head.place());
    loop {
        let heads = {
            let mut conn = svc.conn().await?;
            db::audit::heads_after(&mut conn, place, HEADS_AT_ONCE).await?
        };
        let Some(last) = heads.last() else {
            return Ok(());
        };
        for head in &heads {
            kept::keep(&svc.blobs, head).await?;
        }
        kept::keep_latest(&svc.blobs, last).await?;
        place = Some(last.place());
    }
}
