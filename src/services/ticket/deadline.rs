//! Deadlines that lay beyond the calendar, computed anew when a later calendar is loaded.

use serde_json::json;

use super::trail;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::ticket::trail::Event;
use crate::services::error::Result;
use crate::services::state::Services;

/// Computes every provisional deadline anew under the calendar now in force, in the transaction that loads it. Answers
/// how many moved or became firm.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn recompute_provisional(svc: &Services, conn: &mut Conn) -> Result<usize> {
    let now = svc.now();
    let mut changed = Vec::new();
    db::feed::hold_readers(conn).await?;
    for id in db::ticket::provisional(conn).await? {
        let Some(mut ticket) = db::ticket::lock(conn, &TicketScope::All, id).await? else {
            continue;
        };
        let lead = ticket.lead.as_ref().map(|lead| lead.id);
        let calendar = svc.reference.calendar(conn, lead).await?;
        let Some(clock) = &mut ticket.clock else {
            continue;
        };
        let before = clock.due;
        clock.recompute(&calendar);
        if clock.due == before {
            continue;
        }
        ticket.touch(now);
        db::ticket::update(conn, &ticket).await?;
        let event = Event {
            holder_unit_id: trail::holder(&ticket),
            data: json!({ "due_before": before, "clock": ticket.clock }),
            ..trail::blank(
                "recompute_deadline".to_owned(),
                Some(ticket.state),
                ticket.state,
                now,
            )
        };
        db::ticket::event::append(conn, id, event).await?;
        changed.push(id);
    }
    db::feed::tickets(conn, &changed).await?;
    Ok(changed.len())
}
