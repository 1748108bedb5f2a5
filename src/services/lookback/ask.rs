//! Asking another inspector: the one whom the draw found cannot go, or could not find out.

use uuid::Uuid;

use super::draw::new_task;
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::task::{CancelledWhy, Task, TaskKind};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;
use crate::services::{pseudonym, task};

/// A new task for a ticket that was drawn, asked of an inspector by its standing pseudonym; who was asked before need not go.
///
/// # Errors
/// `forbidden`; `not_found` for a ticket that was not drawn; `wrong_state` once it has passed or failed; `invalid` for an account that
/// may not judge it.
pub async fn ask(
    svc: &Services,
    actor: &Actor,
    ticket: Uuid,
    inspector: Uuid,
) -> Result<(Task, String)> {
    require(actor, Action::AskInspectors)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let locked = db::ticket::lock(conn, &TicketScope::of(actor), ticket).await?;
        if locked.is_none() || !db::lookback::is_drawn(conn, ticket).await? {
            return Err(Error::new(Code::NotFound));
        }
        if db::lookback::is_settled(conn, ticket).await? {
            return Err(Error::with_detail(
                Code::WrongState,
                Text::new("回头看已有结果", "the look-back has its result"),
            ));
        }
        let judges = db::task::judges(conn, &[ticket]).await?;
        let asked = pseudonym::account_of(conn, inspector).await?;
        let mut fit = judges.iter().map(|judge| judge.account_id);
        let Some(inspector) = fit.find(|judge| Some(*judge) == asked) else {
            return Err(Error::invalid_field(
                "/inspector",
                "may_not_look_back",
                Text::new(
                    "此人不能回头看该工单：须为在用督查员，未上报此问题，且不属责任单位",
                    "not an inspector in service who neither reported it nor is of its lead unit",
                ),
            ));
        };
        let now = svc.now();
        let mut changed = Vec::new();
        if let Some(mut former) = db::task::lock_live(conn, ticket, TaskKind::Lookback).await? {
            former
                .cancel(CancelledWhy::Reassigned, now)
                .map_err(anyhow::Error::from)?;
            db::task::update(conn, &former).await?;
            changed.push(former);
        }
        let task = new_task(ticket, inspector, Some(actor.account_id), now);
        db::task::insert(conn, std::slice::from_ref(&task)).await?;
        changed.push(task.clone());
        task::announce(conn, &changed).await?;
        let mut told = [(task, String::new())];
        pseudonym::name_tasks(conn, actor, &mut told).await?;
        let [told] = told;
        Ok(told)
    })
    .await
}
