//! Tasks of inspectors (督查任务): listed, started and finished by their inspectors, and kept in step with what they are about.
//! Units learn of none: whatever is done here leaves a ticket's version alone, until a look-back has its result.

mod dismiss;
mod finish;
mod list;
mod start;

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::task::{Task, TaskKind, TaskOrder, TaskState};
use crate::domain::text::Text;
use crate::domain::ticket::command::RecheckResult;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

pub(in crate::services) use dismiss::{announce, dismiss};
pub use list::list;

/// Gives an inspector's order about its own task.
///
/// # Errors
/// `not_found` for a task of another; `wrong_state` with its `state`; `recheck_instead`; those of the finish.
pub async fn give(svc: &Services, actor: &Actor, id: Uuid, order: TaskOrder) -> Result<Task> {
    let mut conn = svc.conn().await?;
    give_on(svc, &mut conn, actor, id, order).await
}

/// Gives an order within the caller's transaction: on a failure nothing of it stays, and the caller's work goes on.
///
/// # Errors
/// As [`give`].
pub async fn give_on(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    id: Uuid,
    order: TaskOrder,
) -> Result<Task> {
    require(actor, Action::DoTasks)?;
    conn.transaction(async |conn| {
        db::feed::hold_readers(conn).await?;
        match order {
            TaskOrder::Start => start::start(svc, conn, actor, id).await,
            TaskOrder::Finish(found) => finish::finish(svc, conn, actor, id, found).await,
        }
    })
    .await
}

/// The caller's own task, which nobody else may know of.
async fn own(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Task> {
    db::task::find_own(conn, id, actor.account_id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// The same, locked until the transaction ends.
async fn lock_own(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Task> {
    let task = db::task::lock(conn, id).await?;
    task.filter(|task| task.account_id == actor.account_id)
        .ok_or_else(|| Error::new(Code::NotFound))
}

fn not_now(state: TaskState) -> Error {
    Error::with_detail(
        Code::WrongState,
        Text::new(
            format!("任务状态为 {state}"),
            format!("the task is {state}"),
        ),
    )
    .member("state", state.as_str())
}

/// The task about a ticket that was just rechecked has come to its end with it, if it is the rechecker's own.
pub(in crate::services) async fn rechecked(
    conn: &mut Conn,
    actor: &Actor,
    ticket_id: Uuid,
    result: RecheckResult,
    now: Timestamp,
) -> Result<()> {
    let task = db::task::lock_live(conn, ticket_id, TaskKind::Recheck).await?;
    if let Some(mut task) = task.filter(|task| task.account_id == actor.account_id) {
        task.finish(result, now).map_err(|now| not_now(now.0))?;
        db::task::update(conn, &task).await?;
        db::feed::tasks(conn, &[task.id]).await?;
    }
    Ok(())
}

/// A report from a point of a round is the visit that its sender was to make there.
pub(in crate::services) async fn visited(
    conn: &mut Conn,
    actor: &Actor,
    (round_id, point_id): (Uuid, Uuid),
    clean: bool,
    now: Timestamp,
) -> Result<()> {
    let visit = db::task::lock_visit(conn, round_id, point_id, actor.account_id).await?;
    if let Some(mut visit) = visit {
        let result = if clean {
            RecheckResult::Pass
        } else {
            RecheckResult::Fail
        };
        visit.finish(result, now).map_err(|now| not_now(now.0))?;
        db::task::update(conn, &visit).await?;
        db::feed::tasks(conn, &[visit.id]).await?;
    }
    Ok(())
}
