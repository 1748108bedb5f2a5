//! Cancelling tasks that have become needless, or that their inspectors may not do any more.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::task::Whose;
use crate::db::{self, Conn};
use crate::domain::task::{Task, TaskKind};
use crate::services::error::Result;

/// Looks through tasks after something has changed that they hang on. The caller has held the readers.
pub(in crate::services) async fn dismiss(
    conn: &mut Conn,
    whose: Whose<'_>,
    now: Timestamp,
) -> Result<()> {
    let dismissed = db::task::dismiss(conn, whose, now).await?;
    announce(conn, &dismissed).await
}

/// Tells phones of tasks that are new or have changed, and inspectors of tickets that these let them see.
pub(in crate::services) async fn announce(conn: &mut Conn, tasks: &[Task]) -> Result<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = tasks.iter().map(|task| task.id).collect();
    db::feed::tasks(conn, &ids).await?;
    let looked_back_at = tasks.iter().filter(|task| task.kind == TaskKind::Lookback);
    let tickets: Vec<Uuid> = looked_back_at.filter_map(|task| task.ticket_id).collect();
    if !tickets.is_empty() {
        db::feed::tickets_to_inspectors(conn, &tickets).await?;
    }
    Ok(())
}
