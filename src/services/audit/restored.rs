//! Declaring that an older backup was restored: the log goes on from where the backup stands, in a new generation. The declaration is
//! signed and kept outside for ever; whoever can only write to the database cannot make one.

use super::{anchor, kept};
use crate::db::{self, AsyncConnection as _};
use crate::domain::audit::head::{Head, Restore, restore_text};
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// The last head that is kept outside.
///
/// # Errors
/// `unavailable` when the store does not answer.
pub async fn kept_head(svc: &Services) -> Result<Option<Head>> {
    kept::latest(&svc.blobs).await
}

/// Declares that the database was restored from a backup that knows less than was signed since. Answers the head that the log goes on
/// from; none when the log is not behind, and nothing is to be declared.
///
/// # Errors
/// `unavailable` when the store or the database do not answer.
pub async fn declare_restored(svc: &Services, reason: &str) -> Result<Option<Restore>> {
    let Some(abandoned) = kept::latest(&svc.blobs).await? else {
        return Ok(None);
    };
    let mut conn = svc.conn().await?;
    let known = db::audit::head_at(&mut conn, abandoned.place()).await?;
    if known.is_some_and(|known| known.root == abandoned.root) {
        return Ok(None);
    }
    let restore = conn
        .transaction::<_, Error, _>(async |conn| {
            let standing = db::audit::hold(conn).await?;
            let generation = abandoned
                .generation
                .max(standing.generation)
                .saturating_add(1);
            let head = anchor::sign(svc, generation, standing.edge.size(), standing.edge.root())?;
            let text = restore_text(&head, &abandoned, reason);
            let signature = svc.audit_keys.sign(&text).map_err(anyhow::Error::from)?;
            let restore = Restore {
                head: head.clone(),
                abandoned,
                reason: reason.to_owned(),
                signature,
            };
            db::audit::begin_generation(conn, generation).await?;
            db::audit::add_head(conn, &head).await?;
            // Kept before the commit: a declaration too many says only that one was about to be made.
            kept::keep_restore(&svc.blobs, &restore).await?;
            kept::keep(&svc.blobs, &head).await?;
            Ok(restore)
        })
        .await?;
    kept::keep_latest(&svc.blobs, &restore.head).await?;
    Ok(Some(restore))
}
