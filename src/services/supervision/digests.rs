//! Digests (督办汇总): for the office all of them, for a unit those that were told it or a unit below it.

use jiff::Timestamp;

use crate::db::supervision::digest::{DigestKey, page};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::supervision::digest::Digest;
use crate::services::error::Result;
use crate::services::state::Services;
use crate::services::ticket::inbox::bounds;

/// A page of digests, latest first; those to one unit and the units below it, when one is named.
///
/// # Errors
/// `forbidden`, `list_cursor_invalid`.
pub async fn list_digests(
    svc: &Services,
    actor: &Actor,
    unit: Option<&str>,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Digest>> {
    require(actor, Action::ReadSlips)?;
    let after: Option<DigestKey> = cursor.map(decode_cursor).transpose()?;
    if after.is_some_and(|(told_at, _)| told_at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let units = bounds(&mut conn, actor, unit).await?;
    let rows = page(&mut conn, &units, after, i64::from(limit) + 1).await?;
    Ok(Page::cut(rows, limit, |digest| (digest.told_at, digest.id)))
}
