//! Ending a ruling: from now on it routes nothing. What it has routed stays where it is.

use uuid::Uuid;

use crate::db::{self, AsyncConnection as _};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::ticket::ruling::OwnershipRuling;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// Ends a ruling that holds.
///
/// # Errors
/// `forbidden`; `not_found`; `ruling_ended` when it does not hold any more.
pub async fn end(
    svc: &Services,
    actor: &Actor,
    id: Uuid,
    reason: String,
) -> Result<OwnershipRuling> {
    require(actor, Action::EndRuling)?;
    let now = svc.now();
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::ruling::lock(conn).await?;
        let not_found = || Error::new(Code::NotFound);
        let ruling = db::ruling::find(conn, id).await?.ok_or_else(not_found)?;
        if !ruling.precedent.holds_at(now) {
            return Err(Error::new(Code::RulingEnded));
        }
        db::ruling::end(conn, id, actor.account_id, &reason, now).await?;
        db::ruling::find(conn, id).await?.ok_or_else(not_found)
    })
    .await
}
