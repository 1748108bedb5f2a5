//! Reading ripple tasks: the office sees who has answered, a unit its own question and answer and those of units below it.

use jiff::Timestamp;
use uuid::Uuid;

use super::{shown, within};
use crate::db;
use crate::db::ripple::Place;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::ripple::Ripple;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// A page of ripple tasks, the latest first.
///
/// # Errors
/// `forbidden`; `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Ripple>> {
    require(actor, Action::ReadRipples)?;
    let after: Option<Place> = cursor.map(decode_cursor).transpose()?;
    if after.is_some_and(|(at, _)| at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let units = within(actor);
    let most = i64::from(limit) + 1;
    let rows = db::ripple::page(&mut conn, units.as_deref(), after, most).await?;
    let page = Page::cut(rows, limit, |ripple| (ripple.created_at, ripple.id));
    Ok(page.map(|ripple| shown(actor, ripple)))
}

/// One ripple task.
///
/// # Errors
/// `forbidden`; `not_found`.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<Ripple> {
    require(actor, Action::ReadRipples)?;
    let mut conn = svc.conn().await?;
    let found = db::ripple::find(&mut conn, within(actor).as_deref(), id).await?;
    let found = found.ok_or_else(|| Error::new(Code::NotFound))?;
    Ok(shown(actor, found))
}
