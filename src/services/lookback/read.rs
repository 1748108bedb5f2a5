//! Reading look-backs and draws, for the office.

use uuid::Uuid;

use crate::db;
use crate::db::lookback::Place;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::lookback::{Lookback, LookbackDraw};
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::task::TaskState;
use crate::services::error::{Code, Error, Result};
use crate::services::pseudonym;
use crate::services::state::Services;

/// Which look-backs to list.
#[derive(Debug, Clone, Copy)]
pub enum Stage {
    /// Nobody has been asked: nobody may judge it.
    Unasked,
    /// The last task is in this state.
    Task(TaskState),
}

/// A page of look-backs: the latest draw first, each in its order.
///
/// # Errors
/// `forbidden`; `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    stage: Option<Stage>,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Lookback>> {
    require(actor, Action::AskInspectors)?;
    let after: Option<Place> = cursor.map(decode_cursor).transpose()?;
    // No draw is older; PostgreSQL's instants begin later than ours.
    if after.is_some_and(|(at, _)| at < jiff::Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let state = stage.map(|stage| match stage {
        Stage::Unasked => "unasked",
        Stage::Task(state) => state.as_str(),
    });
    let mut conn = svc.conn().await?;
    let mut rows = db::lookback::page(&mut conn, state, after, i64::from(limit) + 1).await?;
    for row in &mut rows {
        pseudonym::name_tasks(&mut conn, actor, row.task.as_mut_slice()).await?;
    }
    Ok(Page::cut(rows, limit, |row| (row.drawn_at, row.place)))
}

/// A draw with all that it was made of, so that anyone can repeat it.
///
/// # Errors
/// `forbidden`; `not_found`.
pub async fn read_draw(svc: &Services, actor: &Actor, id: Uuid) -> Result<LookbackDraw> {
    require(actor, Action::ReadDraws)?;
    let mut conn = svc.conn().await?;
    db::lookback::find_draw(&mut conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}
