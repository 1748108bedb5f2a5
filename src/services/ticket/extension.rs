//! 延期: the lead unit asks for one more original limit, a clerk decides. At most twice, and never once the deadline has passed.

use serde_json::json;

use super::case::{Case, Entry};
use crate::db::Conn;
use crate::domain::ticket::request::{Matter, RequestKind, RequestState};
use crate::services::error::Result;

/// Asks; the clock runs on.
pub(super) async fn request(case: &mut Case<'_>, conn: &mut Conn, reason: String) -> Result<Entry> {
    let request = case.ask(conn, Matter::Extension, &reason).await?;
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion: reason,
        data: json!({ "request": request.id, "decide_due_at": request.decide_due_at }),
        ..Entry::default()
    })
}

/// The deadline moves by one original limit, reckoned by the lead unit's calendar.
pub(super) async fn approve(
    case: &mut Case<'_>,
    conn: &mut Conn,
    opinion: String,
) -> Result<Entry> {
    let approved = RequestState::Approved;
    let request = case
        .decide(conn, RequestKind::Extension, approved, &opinion)
        .await?;
    let before = case.ticket.clock.as_ref().map(|clock| clock.due);
    let calendar = case.calendar();
    case.ticket.extend(&calendar, case.now);
    Ok(Entry {
        opinion,
        data: json!({
            "request": request.id,
            "due_before": before,
            "extensions": case.ticket.extensions,
        }),
        ..Entry::default()
    })
}

/// The deadline stays.
pub(super) async fn refuse(case: &mut Case<'_>, conn: &mut Conn, opinion: String) -> Result<Entry> {
    let refused = RequestState::Refused;
    let request = case
        .decide(conn, RequestKind::Extension, refused, &opinion)
        .await?;
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion,
        data: json!({ "request": request.id }),
        ..Entry::default()
    })
}
