//! Unmasking an inspector (揭名): one person asks with a reason, another confirms, and only these two are told. Each step is a row of the
//! ticket's trail, which neither of them can remove: it is chained and signed with everything else.

mod ask;
mod decide;
mod read;

pub use ask::ask;
pub use decide::{confirm, refuse};
pub use read::{get, list};

use serde_json::json;

use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::pseudonym::Unmasking;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::trail::Event;
use crate::services::error::Result;
use crate::services::ticket::trail;

/// Writes a step into the trail of the ticket, which is locked: for the office's eyes.
async fn note(
    conn: &mut Conn,
    actor: &Actor,
    ticket: &Ticket,
    step: &str,
    opinion: &str,
    unmasking: &Unmasking,
    at: jiff::Timestamp,
) -> Result<()> {
    let event = Event {
        actor_id: Some(actor.account_id),
        actor_role: actor.role.as_str().to_owned(),
        device_id: actor.device_id,
        holder_unit_id: trail::holder(ticket),
        opinion: opinion.to_owned(),
        data: json!({ "unmasking": unmasking.id, "inspector": unmasking.pseudonym.id }),
        office_only: true,
        ..trail::blank(step.to_owned(), Some(ticket.state), ticket.state, at)
    };
    db::ticket::event::append(conn, ticket, event).await?;
    Ok(db::feed::tickets_for_office(conn, &[ticket.id]).await?)
}

/// As a reader may see it: who is behind the name is for the two alone.
fn shown(actor: &Actor, unmasking: Unmasking) -> Unmasking {
    let known = unmasking.is_known_to(actor.account_id);
    Unmasking {
        inspector: unmasking.inspector.filter(|_| known),
        ..unmasking
    }
}
