//! 申诉: against a late closing, once. What is approved is left out of statistics; the lateness itself stays.

use serde_json::json;

use super::case::{Case, Entry};
use crate::db::Conn;
use crate::domain::ticket::request::{Matter, RequestKind, RequestState};
use crate::services::error::Result;

/// Asks.
pub(super) async fn request(case: &mut Case<'_>, conn: &mut Conn, reason: String) -> Result<Entry> {
    let request = case.ask(conn, Matter::Appeal, &reason).await?;
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion: reason,
        data: json!({ "request": request.id, "decide_due_at": request.decide_due_at }),
        ..Entry::default()
    })
}

/// The ticket is exempt.
pub(super) async fn approve(
    case: &mut Case<'_>,
    conn: &mut Conn,
    opinion: String,
) -> Result<Entry> {
    let approved = RequestState::Approved;
    let request = case
        .decide(conn, RequestKind::Appeal, approved, &opinion)
        .await?;
    case.ticket.exempt(case.now);
    Ok(Entry {
        opinion,
        data: json!({ "request": request.id }),
        ..Entry::default()
    })
}

/// It counts as it did.
pub(super) async fn refuse(case: &mut Case<'_>, conn: &mut Conn, opinion: String) -> Result<Entry> {
    let refused = RequestState::Refused;
    let request = case
        .decide(conn, RequestKind::Appeal, refused, &opinion)
        .await?;
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion,
        data: json!({ "request": request.id }),
        ..Entry::default()
    })
}
