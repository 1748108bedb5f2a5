//! Noticing at boot that the database was restored from a backup: cursors that phones hold then mean nothing any more.

use crate::db::AsyncConnection as _;
use crate::db::feed::epoch::renew_if_restored;
use crate::services::{Error, Result, Services};

/// Begins a new epoch if the database was restored from elsewhere. Every server does it before it serves.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn check(svc: &Services) -> Result<bool> {
    let mut conn = svc.conn().await?;
    let renewed = conn
        .transaction::<_, Error, _>(async |conn| Ok(renew_if_restored(conn).await?))
        .await?;
    if renewed {
        tracing::warn!(
            "the database was restored from a backup: a new sync epoch begins, and every phone will pull anew"
        );
    }
    Ok(renewed)
}
