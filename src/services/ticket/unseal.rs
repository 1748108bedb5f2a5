//! Taking the seal off a ticket: it is filed by the rules, as it would have been at its arrival, or goes on waiting for the clerk.

use jiff::Timestamp;
use serde_json::json;

use super::{filing, stage, trail};
use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::trail::Event;
use crate::domain::ticket::triage::TriageReason;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;

/// Its unit has never seen it: it keeps its first version, and its trail begins for the unit with the filing.
pub(in crate::services) async fn unseal(
    reference: &Reference,
    conn: &mut Conn,
    by: Option<&Actor>,
    mut ticket: Ticket,
    now: Timestamp,
) -> Result<()> {
    ticket
        .triage_reasons
        .retain(|reason| *reason != TriageReason::Sealed);
    let released = Event {
        actor_id: by.map(|actor| actor.account_id),
        actor_role: by.map_or_else(
            || "system".to_owned(),
            |actor| actor.role.as_str().to_owned(),
        ),
        device_id: by.and_then(|actor| actor.device_id),
        data: json!({ "triage_reasons": ticket.triage_reasons.iter().map(|it| it.as_str()).collect::<Vec<_>>() }),
        office_only: true,
        ..trail::blank("release".to_owned(), Some(ticket.state), ticket.state, now)
    };
    let mut events = vec![released];
    let condition = ticket
        .condition_id
        .and_then(|id| reference.catalogue.condition(id));
    let unit = ticket.routing.unit.clone();
    let undoubted = ticket.state == State::Triage && ticket.triage_reasons.is_empty();
    if let (true, Some(condition), Some(unit)) = (undoubted, condition, unit) {
        let rev = ticket.rev;
        filing::apply(reference, conn, &mut ticket, condition, unit, now).await?;
        ticket.rev = rev;
        events.push(trail::filed(&ticket, now));
    }
    stage::begin(reference, &mut ticket, now);
    db::ticket::update(conn, &ticket).await?;
    for event in events {
        db::ticket::event::append(conn, &ticket, event).await?;
    }
    Ok(())
}
