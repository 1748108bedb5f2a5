//! 退件: "not mine". The second return of a ticket is a dispute.

use serde_json::json;

use super::case::{Case, Entry};
use crate::db::AsyncConnection as _;
use crate::domain::account::Actor;
use crate::domain::ticket::command::{Return, Target};
use crate::domain::ticket::machine::Command;
use crate::domain::ticket::projection::TicketView;
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// dispatched, rectifying → returned, or disputed.
///
/// # Errors
/// Those of opening a case.
pub async fn give_back(
    svc: &Services,
    actor: &Actor,
    target: Target,
    command: Return,
) -> Result<TicketView> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut case = Case::open(svc, conn, actor, target, Command::Return).await?;
        case.ticket.give_back(case.now);
        let entry = Entry {
            opinion: command.text,
            data: json!({ "reason": command.reason.as_str() }),
            ..Entry::default()
        };
        case.close(conn, entry).await
    })
    .await
}
