//! The access trail of originals (原图调阅留痕), for those who watch over the office. Lines are written where originals are read.

use crate::db;
use crate::db::original_read::Place;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::evidence::{OriginalRead, OriginalReadFilter};
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::services::error::Result;
use crate::services::state::Services;

/// A page of the trail, the latest lines first.
///
/// # Errors
/// `forbidden` for all but supervisor and auditor; `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    filter: OriginalReadFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<OriginalRead>> {
    require(actor, Action::ReadOriginalReads)?;
    let after: Option<Place> = cursor.map(decode_cursor).transpose()?;
    // No line is older; PostgreSQL's instants begin later than ours.
    if after.is_some_and(|(at, _)| at < jiff::Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let rows = db::original_read::page(&mut conn, filter, after, i64::from(limit) + 1).await?;
    Ok(Page::cut(rows, limit, |read| (read.read_at, read.id)))
}
