//! The rows of the trail (留痕) that no caller's command writes: the arrival of a finding, and what a rule did.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::account::Actor;
use crate::domain::geo::Point;
use crate::domain::report::Fix;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::{Command, State};
use crate::domain::ticket::trail::Event;

/// The first row: the finding is here. Units never see it: it tells when the inspector was online.
pub(in crate::services) fn created(actor: &Actor, ticket: &Ticket) -> Event {
    Event {
        seq: 1,
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
    }
}

/// The second row, when nothing was in doubt: filed by rule.
pub(in crate::services) fn filed(ticket: &Ticket, at: Timestamp) -> Event {
    Event {
        seq: 2,
        holder_unit_id: holder(ticket),
        data: json!({ "number": ticket.number, "routing": ticket.routing, "clock": ticket.clock }),
        ..blank(
            Command::File.as_str().to_owned(),
            Some(State::Triage),
            ticket.state,
            at,
        )
    }
}

/// The second row, when a rule found the ticket that the fault has already.
pub(in crate::services) fn joined(
    ticket: &Ticket,
    master: Uuid,
    metres: f64,
    at: Timestamp,
) -> Event {
    let metres = (metres * 10.0).round() / 10.0;
    Event {
        seq: 2,
        data: json!({ "command": { "master": master, "metres": metres } }),
        ..blank(
            Command::Merge.as_str().to_owned(),
            Some(State::Triage),
            ticket.state,
            at,
        )
    }
}

/// A row of a ticket that another one was merged into: by whom, or by rule.
pub(in crate::services) fn sighting(
    by: Option<&Actor>,
    master: &Ticket,
    merged: Uuid,
    at: Timestamp,
) -> Event {
    let blank = blank("sighting".to_owned(), Some(master.state), master.state, at);
    Event {
        actor_id: by.map(|actor| actor.account_id),
        actor_role: by.map_or(blank.actor_role, |actor| actor.role.as_str().to_owned()),
        holder_unit_id: holder(master),
        data: json!({ "rev": master.rev, "merged": merged }),
        ..blank
    }
}

/// Where the photos of a command were taken, as it is kept in the trail: flags are judged by it. A fix that says nothing of the place
/// keeps only that it was simulated, if it was.
pub(in crate::services) fn fix(fix: Option<&Fix>, max_age_s: u32) -> Value {
    let Some(fix) = fix else {
        return Value::Null;
    };
    let point = Some(fix.point).filter(|_| !fix.counts_as_missing(max_age_s));
    json!({
        "lat": point.map(Point::lat),
        "lon": point.map(Point::lon),
        "acc_m": fix.acc_m,
        "mock": fix.mock,
    })
}

/// Who holds the ticket in its present state: the lead unit while it has to act, else the office.
pub(in crate::services) fn holder(ticket: &Ticket) -> Option<Uuid> {
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
