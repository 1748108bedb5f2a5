//! Clearing away: uploads that nobody went on with, and bytes that waited in vain.

use jiff::SignedDuration;

use super::give_set_aside;
use crate::db;
use crate::services::error::Result;
use crate::services::evidence::store::refuse_blob;
use crate::services::state::Services;

/// An upload has been as if it were not there for so long before its bytes go: longer than any request that began before, on whichever server.
const AFTER: SignedDuration = SignedDuration::from_hours(1);
const AT_ONCE: i64 = 100;

/// Removes uploads that have expired, bytes first, so that what is left half-way is found again; then gives what is set aside
/// to whom it belongs. Safe to repeat.
///
/// # Errors
/// `unavailable`.
pub async fn sweep(svc: &Services) -> Result<()> {
    loop {
        let expired = {
            let mut conn = svc.conn().await?;
            db::upload::expired(&mut conn, svc.now() - AFTER, AT_ONCE).await?
        };
        if expired.is_empty() {
            break;
        }
        for (id, set_aside) in expired {
            if let Some(key) = set_aside {
                svc.blobs.delete(&key).await.map_err(refuse_blob)?;
            }
            let partials = svc.blobs.partials();
            partials.remove(id).await.map_err(refuse_blob)?;
            let mut conn = svc.conn().await?;
            db::upload::remove(&mut conn, id).await?;
        }
    }
    give_set_aside(svc, None).await
}
