//! Writes the rows of the trail (留痕) that no caller's command writes: the arrival of a finding, and what a rule did.

use jiff::Timestamp;
use serde_json::json;

use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::{Command, State};
use crate::domain::ticket::trail::Event;
use crate::services::error::Result;

/// The first row: the finding is here. Units never see it: it tells when the inspector was online.
pub(in crate::services) async fn created(
    conn: &mut Conn,
    actor: &Actor,
    ticket: &Ticket,
) -> Result<()> {
    let event = Event {
        actor_id: Some(actor.account_id),
        actor_role: actor.role.as_str().to_owned(),
        actor_unit_id: actor.unit.as_ref().map(|unit| unit.id),
        device_id: actor.device_id,
        data: json!({
            "triage_reasons": ticket.triage_reasons.iter().map(|r| r.as_str()).collect::<Vec<_>>(),
            "routing": ticket.routing,
        }),
        office_only: true,
        ..blank("create".to_owned(), None, State::Triage, ticket.created_at)
    };
    db::ticket::event::append(conn, ticket.id, event).await?;
    Ok(())
}

/// What a rule of the system did.
pub(in crate::services) async fn by_system(
    conn: &mut Conn,
    ticket: &Ticket,
    command: Command,
    before: State,
    at: Timestamp,
) -> Result<()> {
    let event = Event {
        holder_unit_id: holder(ticket),
        data: json!({ "number": ticket.number, "routing": ticket.routing, "clock": ticket.clock }),
        ..blank(command.as_str().to_owned(), Some(before), ticket.state, at)
    };
    db::ticket::event::append(conn, ticket.id, event).await?;
    Ok(())
}

/// Who holds the ticket in its present state: the lead unit while it has to act, else the office.
pub(in crate::services) fn holder(ticket: &Ticket) -> Option<uuid::Uuid> {
    match ticket.state {
        State::Dispatched | State::Rectifying | State::Suspended => {
            ticket.lead.as_ref().map(|lead| lead.id)
        }
        _ => None,
    }
}

/// A row by the system, with nothing in it yet.
pub(in crate::services) fn blank(
    command: String,
    from: Option<State>,
    to: State,
    at: Timestamp,
) -> Event {
    Event {
        seq: 0,
        at,
        command,
        from,
        to,
        actor_id: None,
        actor_role: "system".to_owned(),
        actor_unit_id: None,
        actor_unit_name: None,
        device_id: None,
        holder_unit_id: None,
        holder_unit_name: None,
        opinion: String::new(),
        data: serde_json::Value::Null,
        office_only: false,
    }
}
