//! 不予立案: what was reported is no case.

use super::case::{Case, Entry};
use crate::db::AsyncConnection as _;
use crate::domain::account::Actor;
use crate::domain::ticket::command::Target;
use crate::domain::ticket::machine::Command;
use crate::domain::ticket::projection::TicketView;
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// triage → rejected.
///
/// # Errors
/// Those of opening a case.
pub async fn reject(
    svc: &Services,
    actor: &Actor,
    target: Target,
    reason: String,
) -> Result<TicketView> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut case = Case::open(svc, conn, actor, target, Command::Reject).await?;
        case.ticket.reject(case.now);
        let entry = Entry {
            opinion: reason,
            ..Entry::default()
        };
        case.close(conn, entry).await
    })
    .await
}
