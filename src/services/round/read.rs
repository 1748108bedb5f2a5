//! Reading rounds and how far they have come, for their planners.

use uuid::Uuid;

use crate::db;
use crate::db::round::Place;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::round::{Round, StratumCoverage};
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// The round.
///
/// # Errors
/// `forbidden`; `not_found`.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<Round> {
    require(actor, Action::PlanRounds)?;
    let mut conn = svc.conn().await?;
    db::round::find(&mut conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// A page of rounds, those first that start last.
///
/// # Errors
/// `forbidden`; `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Round>> {
    require(actor, Action::PlanRounds)?;
    let after: Option<Place> = cursor.map(decode_cursor).transpose()?;
    // No round starts earlier; PostgreSQL's instants begin later than ours.
    if after.is_some_and(|(at, _)| at < jiff::Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let rows = db::round::page(&mut conn, after, i64::from(limit) + 1).await?;
    Ok(Page::cut(rows, limit, |round| {
        (round.plan.starts_at, round.id)
    }))
}

/// How far a round has come, by kind of point and district.
///
/// # Errors
/// `forbidden`; `not_found`.
pub async fn coverage(svc: &Services, actor: &Actor, id: Uuid) -> Result<Vec<StratumCoverage>> {
    get(svc, actor, id).await?;
    let mut conn = svc.conn().await?;
    Ok(db::round::coverage(&mut conn, id).await?)
}
