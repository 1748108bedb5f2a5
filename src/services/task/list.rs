//! Listing tasks: an inspector's own, or all for the office.

use crate::db;
use crate::db::task::Place;
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::task::{Task, TaskFilter};
use crate::services::error::Result;
use crate::services::state::Services;

/// A page of tasks, the latest first, each with the name of its inspector.
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
    let filter = TaskFilter {
        account_id: match actor.role {
            Role::Inspector => Some(actor.account_id),
            _ => filter.account_id,
        },
        ..filter
    };
    let mut conn = svc.conn().await?;
    let rows = db::task::page(&mut conn, filter, after, i64::from(limit) + 1).await?;
    Ok(Page::cut(rows, limit, |(task, _)| {
        (task.created_at, task.id)
    }))
}
