//! 留言: anyone who can see the ticket may say something, with photos. The state stays.

use super::case::{Case, Entry};
use crate::db::AsyncConnection as _;
use crate::domain::account::Actor;
use crate::domain::ticket::command::{Comment, Target};
use crate::domain::ticket::machine::Command;
use crate::domain::ticket::projection::TicketView;
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// Adds a comment to the trail.
///
/// # Errors
/// Those of opening a case.
pub async fn comment(
    svc: &Services,
    actor: &Actor,
    target: Target,
    command: Comment,
) -> Result<TicketView> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut case = Case::open(svc, conn, actor, target, Command::Comment).await?;
        case.declare(conn, &command.photos).await?;
        case.ticket.touch(case.now);
        let entry = Entry {
            opinion: command.text,
            photos: &command.photos,
            ..Entry::default()
        };
        case.close(conn, entry).await
    })
    .await
}
