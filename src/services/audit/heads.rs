//! The latest heads, for whoever writes them down outside the city: with one of them in hand nobody can be told another past.

use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::audit::head::Head;
use crate::services::error::Result;
use crate::services::state::Services;

/// Most heads of an answer.
pub const PAGE_HEADS: u32 = 100;

/// The latest heads, the last one first.
///
/// # Errors
/// `forbidden` to all but supervisor and auditor.
pub async fn heads(svc: &Services, actor: &Actor, limit: u32) -> Result<Vec<Head>> {
    require(actor, Action::ReadAuditHeads)?;
    let mut conn = svc.conn().await?;
    Ok(db::audit::latest_heads(&mut conn, limit.min(PAGE_HEADS).into()).await?)
}
