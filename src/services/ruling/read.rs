//! Reading rulings.

use uuid::Uuid;

use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{Page, decode_cursor};
use crate::domain::ticket::ruling::{OwnershipRuling, RulingFilter};
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// A page of rulings, the newest first; `unit` is the code of a unit: its own and those of units below it.
///
/// # Errors
/// `forbidden`, `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    filter: RulingFilter,
    unit: Option<&str>,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<OwnershipRuling>> {
    require(actor, Action::ReadRulings)?;
    let below: Option<i64> = cursor.map(decode_cursor).transpose()?;
    let mut conn = svc.conn().await?;
    let units = match unit {
        Some(code) => Some(db::unit::subtree_of_code(&mut conn, code).await?),
        None => None,
    };
    let filter = RulingFilter { units, ..filter };
    let most = i64::from(limit) + 1;
    let rows = db::ruling::page(&mut conn, &filter, svc.now(), below, most).await?;
    Ok(Page::cut(rows, limit, |ruling| ruling.precedent.number))
}

/// One ruling.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<OwnershipRuling> {
    require(actor, Action::ReadRulings)?;
    let mut conn = svc.conn().await?;
    db::ruling::find(&mut conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}
