//! Reading one ticket and its trail.

use futures_util::future::try_join3;
use jiff::SignedDuration;
use uuid::Uuid;

use super::view::views;
use crate::db::cached::plan_once;
use crate::db::reference::Stamps;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::projection::{TicketView, project_event};
use crate::domain::ticket::trail::{Event, held_before};
use crate::services::error::{Code, Error, Result};
use crate::services::pseudonym;
use crate::services::state::Services;

/// A ticket that the caller may know of, as it may see it.
///
/// # Errors
/// `not_found` for any other.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<TicketView> {
    require(actor, Action::ReadTickets)?;
    let mut conn = svc.conn().await?;
    let scope = TicketScope::of(actor);
    let find = async |conn: &Conn| {
        let find = db::ticket::find(conn, &scope, id);
        try_join3(plan_once(conn), find, db::reference::stamps(conn)).await
    };
    let ((), ticket, stamps) = db::transaction::begin(&mut conn, find).await?;
    let seen = see(svc, &mut conn, actor, ticket, stamps).await;
    db::transaction::end(&mut conn, seen).await
}

/// A ticket as the caller may see it.
async fn see(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    ticket: Option<Ticket>,
    stamps: Stamps,
) -> Result<TicketView> {
    let ticket = ticket.ok_or_else(|| Error::new(Code::NotFound))?;
    let reference = svc.reference.as_of(conn, stamps).await?;
    let mut views = views(&reference, conn, actor, vec![ticket], svc.now()).await?;
    let view = views.pop();
    Ok(view.ok_or_else(|| anyhow::anyhow!("a ticket cannot be completed"))?)
}

/// The trail of a ticket with inspectors under their pseudonyms, first row first, each with the time for which its holder had had the
/// ticket.
///
/// # Errors
/// `not_found` for a ticket that the caller may not know of.
pub async fn read_trail(
    svc: &Services,
    actor: &Actor,
    id: Uuid,
) -> Result<Vec<(Event, SignedDuration)>> {
    require(actor, Action::ReadTrail)?;
    let mut conn = svc.conn().await?;
    db::ticket::find(&conn, &TicketScope::of_trail(actor), id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))?;
    let events = db::ticket::event::trail(&mut conn, id).await?;
    let events = pseudonym::name_trail(&mut conn, id, events).await?;
    let projected = events.into_iter();
    let events = number_anew(
        projected
            .filter_map(|event| project_event(event, actor.role))
            .collect(),
    );
    let held = held_before(&events);
    Ok(events.into_iter().zip(held).collect())
}

/// Without gaps, which would tell of rows that are the office's own; from 2 where the arrival is one of those.
fn number_anew(mut events: Vec<Event>) -> Vec<Event> {
    let first = events.first().map_or(1, |event| event.seq.min(2));
    for (event, seq) in events.iter_mut().zip(first..) {
        event.seq = seq;
    }
    events
}
