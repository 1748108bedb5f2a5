//! Tickets as somebody may see them: with what lies beside them, and what the caller is to each.

use std::collections::{HashMap, HashSet};
use std::slice;

use futures_util::future::try_join;
use jiff::Timestamp;
use uuid::Uuid;

use super::case::Given;
use super::record::{complete, record};
use super::suggest::suggestions;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn, DbError};
use crate::domain::account::{Actor, Role};
use crate::domain::ticket::machine::{Party, State};
use crate::domain::ticket::projection::{Reader, TicketRecord, TicketView, project};
use crate::domain::ticket::request::Situation;
use crate::domain::ticket::supervision::owes_reply;
use crate::domain::ticket::{Relation, Ticket, parties};
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// What the database knows of what an inspector has to do with tickets.
pub(super) struct Involvement {
    /// Tickets that show what it has reported.
    pub reported: HashSet<Uuid>,
    /// Tickets that it is to look back at.
    pub looked_back_at: HashSet<Uuid>,
}

/// What the caller has to do with these tickets beyond its role. Only an inspector has anything: what others are is in the tickets themselves.
async fn involvement(
    conn: &Conn,
    actor: &Actor,
    tickets: &[Ticket],
) -> std::result::Result<Involvement, DbError> {
    let ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.id).collect();
    let (reported, looked_back_at) = try_join(
        reported(conn, actor, &ids),
        looked_back_at(conn, actor, tickets),
    )
    .await?;
    Ok(Involvement {
        reported,
        looked_back_at,
    })
}

/// Those of these tickets that show what the caller has reported, as an inspector.
pub(super) async fn reported(
    conn: &Conn,
    actor: &Actor,
    ids: &[Uuid],
) -> std::result::Result<HashSet<Uuid>, DbError> {
    match actor.role {
        Role::Inspector => db::ticket::reported_among(conn, ids, actor.account_id).await,
        _ => Ok(HashSet::new()),
    }
}

/// Those of these tickets that the caller is to look back at, as an inspector.
pub(super) async fn looked_back_at(
    conn: &Conn,
    actor: &Actor,
    tickets: &[Ticket],
) -> std::result::Result<HashSet<Uuid>, DbError> {
    let closed = tickets.iter().filter(|it| it.state == State::Closed);
    let closed: Vec<Uuid> = closed.map(|ticket| ticket.id).collect();
    match actor.role {
        Role::Inspector => db::task::looked_back_among(conn, &closed, actor.account_id).await,
        _ => Ok(HashSet::new()),
    }
}

impl Involvement {
    /// What the caller is to one of them, by the tree of units as well.
    pub(super) fn relation(
        &self,
        reference: &Reference,
        actor: &Actor,
        ticket: &Ticket,
    ) -> Relation {
        let lead = ticket.lead.as_ref();
        let lead = lead.and_then(|lead| reference.units.get(lead.id));
        let kin = lead.is_some_and(|unit| actor.is_kin_of(unit.id, &unit.lineage));
        Relation {
            reported_it: self.reported.contains(&ticket.id),
            kin_of_lead: actor.role == Role::Inspector && kin,
            looks_back: self.looked_back_at.contains(&ticket.id),
        }
    }
}

/// The ticket as whoever gave the command may see it now.
pub(super) async fn view(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    given: Given,
) -> Result<TicketView> {
    let (reference, now) = (given.reference, svc.now());
    let beside = given.beside;
    let beside =
        beside.ok_or_else(|| anyhow::anyhow!("nobody asked what lies beside the ticket"))?;
    let mut record = record(&reference, given.ticket, beside)?;
    if actor.role.is_office() {
        let this = slice::from_ref(&record.ticket);
        let mut suggested = suggestions(&reference, conn, this, now).await?;
        record.suggestions = suggested.remove(&record.ticket.id).unwrap_or_default();
    }
    Ok(show(&reference, actor, given.relation, record, now))
}

/// Tickets with what belongs to them, for the office with those that they may be sightings of.
async fn records(
    reference: &Reference,
    conn: &Conn,
    actor: &Actor,
    tickets: Vec<Ticket>,
    now: Timestamp,
) -> Result<Vec<TicketRecord>> {
    let mut suggested = match actor.role.is_office() {
        true => suggestions(reference, conn, &tickets, now).await?,
        false => HashMap::new(),
    };
    let mut records = complete(reference, conn, &TicketScope::of(actor), tickets).await?;
    for record in &mut records {
        record.suggestions = suggested.remove(&record.ticket.id).unwrap_or_default();
    }
    Ok(records)
}

/// Tickets as the caller may see them, in their order.
pub(in crate::services) async fn views(
    reference: &Reference,
    conn: &Conn,
    actor: &Actor,
    tickets: Vec<Ticket>,
    now: Timestamp,
) -> Result<Vec<TicketView>> {
    let involved = involvement(conn, actor, &tickets).await?;
    let records = records(reference, conn, actor, tickets, now).await?;
    let records = records.into_iter();
    Ok(records
        .map(|record| {
            let relation = involved.relation(reference, actor, &record.ticket);
            show(reference, actor, relation, record, now)
        })
        .collect())
}

fn show(
    reference: &Reference,
    actor: &Actor,
    relation: Relation,
    record: TicketRecord,
    now: Timestamp,
) -> TicketView {
    let ticket = &record.ticket;
    let calendar = reference.calendar(ticket.lead.as_ref().map(|lead| lead.id));
    let parties = parties(actor, ticket, relation);
    let situation = Situation {
        requests: &record.requests,
        owes_reply: owes_reply(&record.slips, &parties, actor),
        caller: actor.account_id,
        calendar: &calendar,
        now,
    };
    let reader = Reader {
        role: actor.role,
        account_id: actor.account_id,
        reported_it: relation.reported_it,
        leads: parties.contains(&Party::LeadUnit),
        allowed: ticket.allowed(&parties, &situation),
    };
    project(record, &reader, &calendar, now)
}
