//! Logging out.

use crate::db::session::{self, RevokeReason};
use crate::domain::account::Actor;
use crate::services::{Result, Services};

/// Ends the caller's session; its other sessions go on.
pub async fn logout(svc: &Services, actor: &Actor) -> Result<()> {
    let mut conn = svc.conn().await?;
    session::revoke(&mut conn, actor.session_id, RevokeReason::Logout, svc.now()).await?;
    Ok(())
}
