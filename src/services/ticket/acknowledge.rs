//! 签收: the lead unit takes the ticket up.

use super::case::{Case, Entry};
use crate::db::AsyncConnection as _;
use crate::domain::account::Actor;
use crate::domain::ticket::command::Target;
use crate::domain::ticket::machine::Command;
use crate::domain::ticket::projection::TicketView;
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// dispatched → rectifying.
///
/// # Errors
/// Those of opening a case.
pub async fn acknowledge(svc: &Services, actor: &Actor, target: Target) -> Result<TicketView> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut case = Case::open(svc, conn, actor, target, Command::Acknowledge).await?;
        case.ticket.acknowledge(case.now);
        case.close(conn, Entry::default()).await
    })
    .await
}
