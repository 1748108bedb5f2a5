//! Keeping house, once a day: photos that were sent and never linked with anything go after 30 days, and what a crash has left in the
//! store. A photo that is being linked stays: its row is locked. The database lets go first and the store after it, so that whatever
//! happens in between is only one more blob that nobody names.

use futures_util::StreamExt as _;
use jiff::SignedDuration;
use uuid::Uuid;

use super::store::refuse_blob;
use crate::db::attachment::keeping::{self, Removed};
use crate::db::{self, AsyncConnection as _};
use crate::services::error::{Error, Result};
use crate::services::queue;
use crate::services::state::Services;

/// How long bytes wait for the report that declares them (sync.md §6).
const UNLINKED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A day more than any upload may take: whose bytes are that old has its row, or never will.
const UNNAMED_FOR: SignedDuration = SignedDuration::from_hours(31 * 24);
/// Photos of one transaction.
const AT_ONCE: i64 = 200;
/// Where photos lie in the store.
const FOLDERS: [&str; 3] = ["original", "display", "thumb"];

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Photos removed that were linked with nothing.
    pub orphans: usize,
    /// Blobs removed that no photo named.
    pub strays: usize,
    /// Photos whose renditions are tried again.
    pub revived: usize,
}

/// Does all of it. Safe to repeat, and to break off.
///
/// # Errors
/// `unavailable` when the store or the database do not answer: what was done until then stays done.
pub async fn sweep(svc: &Services) -> Result<Swept> {
    let swept = Swept {
        revived: queue::revive_photos(svc).await?,
        orphans: orphans(svc).await?,
        strays: strays(svc).await?,
    };
    if swept != Swept::default() {
        let Swept {
            orphans,
            strays,
            revived,
        } = swept;
        tracing::info!(orphans, strays, revived, "swept the photo store");
    }
    Ok(swept)
}

async fn orphans(svc: &Services) -> Result<usize> {
    let before = svc.now() - UNLINKED_FOR;
    let mut count = 0;
    loop {
        let found = {
            let mut conn = svc.conn().await?;
            keeping::orphans(&mut conn, before, AT_ONCE).await?
        };
        let removed = remove(svc, &found).await?;
        for key in removed.iter().flat_map(Removed::blob_keys) {
            svc.blobs.delete(key).await.map_err(refuse_blob)?;
        }
        count += removed.len();
        // Those that somebody holds are left to tomorrow.
        if removed.is_empty() || found.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
            return Ok(count);
        }
    }
}

async fn remove(svc: &Services, found: &[Uuid]) -> Result<Vec<Removed>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let removed = keeping::remove_orphans(conn, found).await?;
        let photo_keys: Vec<Uuid> = removed.iter().map(|photo| photo.photo_key).collect();
        db::feed::removed_attachments(conn, &photo_keys).await?;
        Ok(removed)
    })
    .await
}

async fn strays(svc: &Services) -> Result<usize> {
    let before = svc.now() - UNNAMED_FOR;
    let mut count = 0;
    for folder in FOLDERS {
        let mut listing = svc.blobs.older_than(folder, before).map_err(refuse_blob)?;
        while let Some(keys) = listing.next().await {
            let keys = keys.map_err(refuse_blob)?;
            let unnamed = {
                let mut conn = svc.conn().await?;
                keeping::unnamed(&mut conn, &keys).await?
            };
            for key in &unnamed {
                svc.blobs.remove_listed(key).await.map_err(refuse_blob)?;
            }
            count += unnamed.len();
        }
    }
    Ok(count)
}
