//! Integrity flags (虚假整改): set and lifted by the office, each time with a reason in the ticket's trail, which the unit sees.

use serde_json::json;
use uuid::Uuid;

use crate::db::error::violated;
use crate::db::integrity::LIVE_KEY;
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::integrity::{FlagCount, IntegrityFlag};
use crate::domain::text::Text;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::trail::Event;
use crate::services::error::{Code, Error, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;
use crate::services::ticket::trail;

/// Marks a ticket.
///
/// # Errors
/// `forbidden`; `not_found`; `wrong_state` while nothing was submitted; `flagged_before`.
pub async fn flag(
    svc: &Services,
    actor: &Actor,
    ticket_id: Uuid,
    reason: String,
) -> Result<IntegrityFlag> {
    require(actor, Action::FlagIntegrity)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut ticket = lock(conn, actor, ticket_id).await?;
        let lead = ticket.lead.as_ref().map(|lead| lead.id);
        let Some(unit_id) = lead.filter(|_| ticket.was_rectified()) else {
            let text = Text::new("尚无整改提交", "nothing was submitted yet");
            return Err(Error::with_detail(Code::WrongState, text));
        };
        let flag = IntegrityFlag {
            id: Uuid::new_v4(),
            ticket_id,
            unit_id,
            reason: reason.clone(),
            flagged_by: actor.account_id,
            flagged_at: as_stored(svc.now()),
        };
        let written = db::integrity::insert(conn, &flag).await;
        written.map_err(|error| match violated(&error) {
            Some(LIVE_KEY) => Error::new(Code::FlaggedBefore),
            _ => error.into(),
        })?;
        note(conn, actor, &mut ticket, "flag_integrity", reason, &flag).await?;
        Ok(flag)
    })
    .await
}

/// Lifts the mark of a ticket.
///
/// # Errors
/// `forbidden`; `not_found` for the ticket, or where it has no mark.
pub async fn lift(svc: &Services, actor: &Actor, ticket_id: Uuid, reason: String) -> Result<()> {
    require(actor, Action::FlagIntegrity)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut ticket = lock(conn, actor, ticket_id).await?;
        let live = db::integrity::of_tickets(conn, &[ticket_id]).await?;
        let flag = live.get(&ticket_id).cloned();
        let mut flag = flag.ok_or_else(|| Error::new(Code::NotFound))?;
        let now = as_stored(svc.now());
        db::integrity::lift(conn, ticket_id, actor.account_id, now).await?;
        flag.flagged_at = now;
        note(
            conn,
            actor,
            &mut ticket,
            "lift_integrity_flag",
            reason,
            &flag,
        )
        .await
    })
    .await
}

/// How many marks units have: all of them, or one's own and those below.
///
/// # Errors
/// `forbidden`.
pub async fn counts(svc: &Services, actor: &Actor) -> Result<Vec<FlagCount>> {
    require(actor, Action::ReadIntegrityFlags)?;
    let mut conn = svc.conn().await?;
    let own = actor.unit.as_ref().map(|unit| unit.subtree.clone());
    let within = (actor.role == Role::Officer).then(|| own.unwrap_or_default());
    Ok(db::integrity::counts(&mut conn, within.as_deref()).await?)
}

async fn lock(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Ticket> {
    db::feed::hold_readers(conn).await?;
    let ticket = db::ticket::lock(conn, &TicketScope::of(actor), id).await?;
    ticket.ok_or_else(|| Error::new(Code::NotFound))
}

/// The unit learns of it: a version of the ticket, and a row of its trail.
async fn note(
    conn: &mut Conn,
    actor: &Actor,
    ticket: &mut Ticket,
    step: &str,
    reason: String,
    flag: &IntegrityFlag,
) -> Result<()> {
    ticket.touch(flag.flagged_at);
    db::ticket::update(conn, ticket).await?;
    let event = Event {
        actor_id: Some(actor.account_id),
        actor_role: actor.role.as_str().to_owned(),
        device_id: actor.device_id,
        holder_unit_id: trail::holder(ticket),
        opinion: reason,
        data: json!({ "rev": ticket.rev, "flag": flag.id }),
        ..trail::blank(
            step.to_owned(),
            Some(ticket.state),
            ticket.state,
            flag.flagged_at,
        )
    };
    db::ticket::event::append(conn, ticket, event).await?;
    Ok(db::feed::tickets(conn, &[ticket.id]).await?)
}
