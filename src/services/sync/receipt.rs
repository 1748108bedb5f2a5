//! Receipts (回执): a photo that has come may have been the last that a mutation declares.

use uuid::Uuid;

use crate::db::{self, AsyncConnection as _, Conn};
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// Account and id of a mutation.
pub type Owner = (Uuid, Uuid);

/// Announces a photo's arrival to the senders of the mutations that declare it, in the transaction that stores it. Answers
/// whom it told.
///
/// # Errors
/// `unavailable`.
pub async fn touch(conn: &mut Conn, aid: Uuid) -> Result<Vec<Owner>> {
    let owners = db::mutation::declaring(conn, aid).await?;
    announce(conn, &owners).await?;
    Ok(owners)
}

/// Announces it once more, after the commit, to those whose declaration was committed meanwhile: neither saw the other.
///
/// # Errors
/// `unavailable`.
pub async fn touch_late(svc: &Services, aid: Uuid, told: &[Owner]) -> Result<()> {
    let mut conn = svc.conn().await?;
    let mut owners = db::mutation::declaring(&mut conn, aid).await?;
    owners.retain(|owner| !told.contains(owner));
    if owners.is_empty() {
        return Ok(());
    }
    conn.transaction::<_, Error, _>(async |conn| announce(conn, &owners).await)
        .await
}

async fn announce(conn: &mut Conn, owners: &[Owner]) -> Result<()> {
    for run in owners.chunk_by(|one, next| one.0 == next.0) {
        let mids: Vec<Uuid> = run.iter().map(|(_, mid)| *mid).collect();
        if let Some((account_id, _)) = run.first() {
            db::feed::receipts(conn, *account_id, &mids).await?;
        }
    }
    Ok(())
}
