//! Reading unmaskings: that there was one is known to supervisors, administrators and the auditor, who it is to the two.

use jiff::Timestamp;
use uuid::Uuid;

use super::shown;
use crate::db;
use crate::db::unmasking::Place;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::pseudonym::Unmasking;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// A page of unmaskings, the latest first.
///
/// # Errors
/// `forbidden`; `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Unmasking>> {
    require(actor, Action::ReadUnmaskings)?;
    let after: Option<Place> = cursor.map(decode_cursor).transpose()?;
    if after.is_some_and(|(at, _)| at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let rows = db::unmasking::page(&mut conn, after, i64::from(limit) + 1).await?;
    let page = Page::cut(rows, limit, |it| (it.asked_at, it.id));
    Ok(page.map(|it| shown(actor, it)))
}

/// One unmasking.
///
/// # Errors
/// `forbidden`; `not_found`.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<Unmasking> {
    require(actor, Action::ReadUnmaskings)?;
    let mut conn = svc.conn().await?;
    let found = db::unmasking::find(&mut conn, id).await?;
    let found = found.ok_or_else(|| Error::new(Code::NotFound))?;
    Ok(shown(actor, found))
}
