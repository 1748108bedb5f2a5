//! Giving a command: what every command does before and after its own act. REST and mutations both come through here.

use futures_util::future::try_join3;

use super::case::{Case, Entry, Found, Given, find};
use super::view::view;
use super::{
    acknowledge, appeal, assign, assign_work, comment, correct, extension, file, force_closing,
    give_back, merge, recheck, redispatch, reject, rule_ownership, submit, supervise, suspension,
    void,
};
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::ticket::command::{Order, Target};
use crate::domain::ticket::projection::TicketView;
use crate::services::error::Result;
use crate::services::state::Services;

/// Gives a command in a transaction of its own. Answers the ticket as the caller may see it.
///
/// # Errors
/// Those of opening a case, and what the command's own file says.
pub async fn give(
    svc: &Services,
    actor: &Actor,
    target: Target,
    order: Order,
) -> Result<TicketView> {
    require(actor, Action::CommandTicket)?;
    let mut conn = svc.conn().await?;
    let find = async |conn: &Conn| find(conn, actor, target).await;
    let found = db::transaction::begin_holding(&mut conn, target.id, find).await?;
    let seen = give_and_see(svc, &mut conn, actor, target, order, found).await;
    db::transaction::end(&mut conn, seen).await
}

async fn give_and_see(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    target: Target,
    order: Order,
    found: Found,
) -> Result<TicketView> {
    let scope = TicketScope::of(actor);
    let given = carry_out(svc, conn, actor, target, order, found, Some(&scope)).await?;
    view(svc, conn, actor, given).await
}

/// Gives a command within the caller's transaction: on a failure nothing of it stays, and the caller's work goes on.
///
/// # Errors
/// As [`give`].
pub async fn give_on(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    target: Target,
    order: Order,
) -> Result<Given> {
    require(actor, Action::CommandTicket)?;
    conn.transaction(async |conn| {
        let ((), (), found) = try_join3(
            async { Ok(db::feed::hold_readers(conn).await?) },
            async { Ok(db::ticket::hold(conn, target.id).await?) },
            find(conn, actor, target),
        )
        .await?;
        carry_out(svc, conn, actor, target, order, found, None).await
    })
    .await
}

/// The caller holds readers and the ticket. With a scope, what it holds beside the ticket is read as well.
async fn carry_out(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    target: Target,
    order: Order,
    found: Found,
    seen_by: Option<&TicketScope>,
) -> Result<Given> {
    let mut case = Case::open(svc, conn, actor, target, order.command(), found).await?;
    let entry = act(&mut case, conn, order).await?;
    case.close(conn, entry, seen_by).await
}

/// The command's own act.
async fn act(case: &mut Case<'_>, conn: &mut Conn, order: Order) -> Result<Entry> {
    Ok(match order {
        Order::File(order) => file::file(case, conn, order).await?,
        Order::Reject(reason) => reject::reject(case, reason),
        Order::Merge { master, reason } => merge::merge(case, conn, master, reason).await?,
        Order::Void(reason) => void::void(case, reason),
        Order::Acknowledge => acknowledge::acknowledge(case),
        Order::Return(order) => give_back::give_back(case, order),
        Order::Redispatch(order) => redispatch::redispatch(case, conn, order).await?,
        Order::RuleOwnership(order) => rule_ownership::rule_ownership(case, conn, order).await?,
        Order::Submit(order) => submit::submit(case, conn, order).await?,
        Order::Recheck(order) => recheck::recheck(case, conn, order).await?,
        Order::RequestExtension(reason) => extension::request(case, conn, reason).await?,
        Order::ApproveExtension(opinion) => extension::approve(case, conn, opinion).await?,
        Order::RefuseExtension(opinion) => extension::refuse(case, conn, opinion).await?,
        Order::RequestSuspension(order) => suspension::request(case, conn, order).await?,
        Order::ApproveSuspension(opinion) => suspension::approve(case, conn, opinion).await?,
        Order::RefuseSuspension(opinion) => suspension::refuse(case, conn, opinion).await?,
        Order::RequestAppeal(reason) => appeal::request(case, conn, reason).await?,
        Order::ApproveAppeal(opinion) => appeal::approve(case, conn, opinion).await?,
        Order::RefuseAppeal(opinion) => appeal::refuse(case, conn, opinion).await?,
        Order::ForceClose(reason) => force_closing::open(case, conn, reason).await?,
        Order::ConfirmForceClose(opinion) => force_closing::confirm(case, conn, opinion).await?,
        Order::RefuseForceClose(opinion) => force_closing::refuse(case, conn, opinion).await?,
        Order::Correct(order) => correct::correct(case, conn, *order).await?,
        Order::Comment(order) => comment::comment(case, conn, order).await?,
        Order::Assign(order) => assign::assign(case, conn, order).await?,
        Order::AssignWork(order) => assign_work::assign(case, conn, order).await?,
        Order::Supervise(order) => supervise::supervise(case, conn, order).await?,
        Order::Reply(order) => supervise::reply(case, conn, order).await?,
    })
}
