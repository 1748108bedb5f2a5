//! 指派: the clerk asks an inspector to recheck. The office's own affair: it leaves the ticket's version alone, its unit never
//! sees it, and every other inspector who may recheck still may.

use serde_json::json;

use super::case::{Case, Entry};
use crate::db::{self, Conn};
use crate::domain::task::{CancelledWhy, Task, TaskKind};
use crate::domain::text::Text;
use crate::domain::ticket::command::Assign;
use crate::domain::ticket::machine::Party;
use crate::services::error::{Code, Error, Result};
use crate::services::{pseudonym, task};

/// Makes a task of the rechecker; who was asked before need not go any more.
///
/// # Errors
/// `forbidden` for anyone but a clerk; `invalid` for an account that may not recheck this ticket.
pub(super) async fn assign(case: &mut Case<'_>, conn: &mut Conn, order: Assign) -> Result<Entry> {
    if !case.parties.contains(&Party::Clerk) {
        return Err(Error::new(Code::Forbidden));
    }
    let rechecker = pseudonym::account_of(conn, order.rechecker).await?;
    let judges = db::task::judges(conn, &[case.ticket.id]).await?;
    let mut fit = judges.iter().map(|judge| judge.account_id);
    let Some(rechecker) = fit.find(|judge| Some(*judge) == rechecker) else {
        return Err(Error::invalid_field(
            "/rechecker",
            "may_not_recheck",
            Text::new(
                "此人不能核查该工单：须为在用督查员，未上报此问题，且不属责任单位",
                "not an inspector in service who neither reported it nor is of its lead unit",
            ),
        ));
    };
    let asked_before = db::task::lock_live(conn, case.ticket.id, TaskKind::Recheck).await?;
    let mut changed = Vec::new();
    if let Some(mut former) = asked_before {
        former
            .cancel(CancelledWhy::Reassigned, case.now)
            .map_err(anyhow::Error::from)?;
        db::task::update(conn, &former).await?;
        changed.push(former);
    }
    let task = Task {
        note: order.opinion.clone(),
        due_at: order.due_at,
        created_by: Some(case.actor.account_id),
        ..Task::new(TaskKind::Recheck, case.ticket.id, rechecker, case.now)
    };
    db::task::insert(conn, std::slice::from_ref(&task)).await?;
    let data = json!({ "rechecker": order.rechecker, "task": task.id, "due_at": order.due_at });
    changed.push(task);
    task::announce(conn, &changed).await?;
    Ok(Entry {
        opinion: order.opinion,
        data,
        office_only: true,
        ..Entry::default()
    })
}
