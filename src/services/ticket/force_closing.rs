//! 强制结案: one supervisor opens it, another confirms it. Until then it is the office's own, and it leaves no trace elsewhere;
//! anyone of the supervision office, the first included, may refuse it, and it lapses when the ticket ends in another way.

use serde_json::json;

use super::case::{Case, Entry};
use crate::db::Conn;
use crate::domain::ticket::request::{Matter, RequestKind, RequestState};
use crate::services::error::Result;

/// Opens it: the ticket goes on as if nothing had happened.
pub(super) async fn open(case: &mut Case<'_>, conn: &mut Conn, reason: String) -> Result<Entry> {
    let request = case.ask(conn, Matter::ForceClosing, &reason).await?;
    Ok(Entry {
        opinion: reason,
        data: json!({ "request": request.id, "decide_due_at": request.decide_due_at }),
        office_only: true,
        ..Entry::default()
    })
}

/// Any open state → closed. Whoever reads the trail learns the first one's reason with the second one's opinion.
pub(super) async fn confirm(
    case: &mut Case<'_>,
    conn: &mut Conn,
    opinion: String,
) -> Result<Entry> {
    let approved = RequestState::Approved;
    let request = case
        .decide(conn, RequestKind::ForceClosing, approved, &opinion)
        .await?;
    case.ticket.force_close(case.now);
    let opinion = match opinion.is_empty() {
        true => request.reason.clone(),
        false => format!("{}；{opinion}", request.reason),
    };
    Ok(Entry {
        opinion,
        data: json!({ "request": request.id, "opened_by": request.asked_by }),
        ..Entry::default()
    })
}

/// Refuses it, or withdraws it.
pub(super) async fn refuse(case: &mut Case<'_>, conn: &mut Conn, opinion: String) -> Result<Entry> {
    let refused = RequestState::Refused;
    let request = case
        .decide(conn, RequestKind::ForceClosing, refused, &opinion)
        .await?;
    Ok(Entry {
        opinion,
        data: json!({ "request": request.id }),
        office_only: true,
        ..Entry::default()
    })
}
