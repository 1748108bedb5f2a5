//! Listing tasks: an inspector's own, or all for the office.

use crate::db;
use crate::db::task::Place;
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::task::{Task, TaskFilter};
use crate::services::error::Result;
use crate::services::pseudonym;
use crate::services::state::Services;

/// A page of tasks, the latest first, each with the name of its inspector: its pseudonym, for the office.
///
/// # Errors
/// `forbidden`; `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    filter: TaskFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<(Task, String)>> {
    require(actor, Action::ReadTasks)?;
    let after: Option<Place> = cursor.map(decode_cursor).transpose()?;
    // No task is older; PostgreSQL's instants begin later than ours.
    if after.is_some_and(|(at, _)| at < jiff::Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let filter = match actor.role {
        Role::Inspector => TaskFilter {
            account_id: Some(actor.account_id),
            ..filter
        },
        _ => pseudonym::filter_by_account(&mut conn, filter).await?,
    };
    let mut rows = db::task::page(&mut conn, filter, after, i64::from(limit) + 1).await?;
    pseudonym::name_tasks(&mut conn, actor, &mut rows).await?;
    Ok(Page::cut(rows, limit, |(task, _)| {
        (task.created_at, task.id)
    }))
}
