//! Taking the seal off a ticket: it is filed by the rules, as it would have been at its arrival, joins the ticket that
//! the fault has already, or goes on waiting for the clerk.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{filing, stage, trail};
use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::catalogue::FilingCondition;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::neighbour::Duplicate;
use crate::domain::ticket::routing::UnitRef;
use crate::domain::ticket::trail::Event;
use crate::domain::ticket::triage::TriageReason;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::report::intake::meet::meet_late;

/// Its unit has never seen it: it keeps its first version, and its trail begins for the unit with the filing. Answers the ticket that it
/// is another sighting of, by rule.
pub(in crate::services) async fn unseal(
    reference: &Reference,
    conn: &mut Conn,
    by: Option<&Actor>,
    mut ticket: Ticket,
    now: Timestamp,
) -> Result<Option<Uuid>> {
    ticket
        .triage_reasons
        .retain(|reason| *reason != TriageReason::Sealed);
    let mut joins = None;
    if ticket.state == State::Triage {
        let fit = filing_of(reference, &ticket).is_some();
        let meeting = meet_late(reference, conn, &ticket, fit, now).await?;
        ticket.recurrence_of = meeting.recurrence_of;
        match meeting.duplicate {
            Duplicate::No => {}
            Duplicate::Suspected => ticket.triage_reasons.push(TriageReason::PossibleDuplicate),
            Duplicate::Joins { master, metres } => joins = Some((master, metres)),
        }
    }
    let mut events = vec![released(by, &ticket, now)];
    let rev = ticket.rev;
    if let Some((master, metres)) = joins {
        ticket.merge_into(master, now);
        events.push(trail::joined(&ticket, master, metres, now));
    } else if let Some((condition, unit)) = filing_of(reference, &ticket) {
        filing::apply(reference, conn, &mut ticket, condition, unit, now).await?;
        events.push(trail::filed(&ticket, now));
    }
    ticket.rev = rev;
    stage::begin(reference, &mut ticket, now);
    db::ticket::update(conn, &ticket).await?;
    for event in events {
        db::ticket::event::append(conn, &ticket, event).await?;
    }
    Ok(joins.map(|(master, _)| master))
}

/// What a ticket in triage is filed under, and for whom, when nothing is in doubt.
fn filing_of<'a>(
    reference: &'a Reference,
    ticket: &Ticket,
) -> Option<(&'a FilingCondition, UnitRef)> {
    let undoubted = ticket.state == State::Triage && ticket.triage_reasons.is_empty();
    let condition = reference.catalogue.condition(ticket.condition_id?)?;
    let unit = ticket.routing.unit.clone()?;
    undoubted.then_some((condition, unit))
}

fn released(by: Option<&Actor>, ticket: &Ticket, now: Timestamp) -> Event {
    let reasons = ticket.triage_reasons.iter().map(|it| it.as_str());
    Event {
        actor_id: by.map(|actor| actor.account_id),
        actor_role: by.map_or_else(
            || "system".to_owned(),
            |actor| actor.role.as_str().to_owned(),
        ),
        device_id: by.and_then(|actor| actor.device_id),
        data: json!({ "triage_reasons": reasons.collect::<Vec<_>>() }),
        office_only: true,
        ..trail::blank("release".to_owned(), Some(ticket.state), ticket.state, now)
    }
}
