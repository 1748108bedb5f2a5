//! `task.start`: the inspector is on the way.

use uuid::Uuid;

use super::{lock_own, not_now};
use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::task::Task;
use crate::services::error::Result;
use crate::services::state::Services;

/// open → started.
pub(super) async fn start(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    id: Uuid,
) -> Result<Task> {
    let mut task = lock_own(conn, actor, id).await?;
    task.start(svc.now()).map_err(|now| not_now(now.0))?;
    db::task::update(conn, &task).await?;
    db::feed::tasks(conn, &[id]).await?;
    Ok(task)
}
