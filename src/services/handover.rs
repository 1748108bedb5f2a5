//! Handing over (移交) everything open of a unit or of a person in one act. The successor stands where the other stood: state, limit
//! and open requests stay, and the clock runs on. Each ticket has its row of the trail. What is too much for one transaction is done
//! in parts, each of which commits with its progress and the job for the next one: broken off, it goes on.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::db::error::violated;
use crate::db::task::Whose;
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn, DbError};
use crate::domain::access::{Action, require};
use crate::domain::account::{Account, Actor};
use crate::domain::handover::{Between, Handover};
use crate::domain::text::Text;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::routing::UnitRef;
use crate::domain::ticket::trail::Event;
use crate::services::error::{Code, Error, Result};
use crate::services::queue::{self, JobKind};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;
use crate::services::task;
use crate::services::ticket::{routing::to_ref, stage, trail};

/// Tickets of one transaction.
const AT_ONCE: i64 = 200;

/// Hands over everything open that a unit leads or works with.
///
/// # Errors
/// `forbidden`, `not_found`, `handover_running`; `invalid` for a successor that is none.
pub async fn hand_over_unit(
    svc: &Services,
    actor: &Actor,
    from: Uuid,
    to: &str,
    opinion: String,
) -> Result<Handover> {
    require(actor, Action::HandOver)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let reference = svc.reference.current(conn).await?;
        reference
            .units
            .get(from)
            .ok_or_else(|| Error::new(Code::NotFound))?;
        let successor = reference.units.find_by_code(to);
        let successor = successor
            .filter(|unit| unit.id != from)
            .ok_or_else(no_successor)?;
        let to = successor.id;
        order(svc, conn, actor, Between::Units { from, to }, opinion).await
    })
    .await
}

/// Hands over everything open that a person works on, to another who acts for the lead units, or to nobody in particular.
///
/// # Errors
/// `forbidden`, `not_found`, `handover_running`; `invalid` for a successor who cannot work on all of it.
pub async fn hand_over_person(
    svc: &Services,
    actor: &Actor,
    from: Uuid,
    to: Option<&str>,
    opinion: String,
) -> Result<Handover> {
    require(actor, Action::HandOver)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        db::account::find(conn, from)
            .await?
            .ok_or_else(|| Error::new(Code::NotFound))?;
        let to = match to {
            Some(name) => Some(successor(conn, from, name).await?.id),
            None => None,
        };
        order(svc, conn, actor, Between::People { from, to }, opinion).await
    })
    .await
}

/// How far a hand-over has come.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<Handover> {
    require(actor, Action::HandOver)?;
    let mut conn = svc.conn().await?;
    let found = db::handover::find(&mut conn, id).await?;
    found.ok_or_else(|| Error::new(Code::NotFound))
}

/// Does the next part, and has the one after it done. Safe to repeat.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn go_on(svc: &Services, id: Uuid) -> Result<()> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let running = db::handover::lock(conn, id).await?;
        if let Some(handover) = running.filter(|it| it.finished_at.is_none()) {
            part(svc, conn, handover).await?;
        }
        Ok(())
    })
    .await
}

fn no_successor() -> Error {
    Error::invalid_field(
        "/to",
        "unit_unknown",
        Text::new("须是另一个在用的单位", "another unit that works"),
    )
}

/// Somebody who can work on all that the other works on.
async fn successor(conn: &mut Conn, from: Uuid, name: &str) -> Result<Account> {
    let account = db::account::find_named(conn, name).await?;
    let unfit = || {
        Error::invalid_field(
            "/to",
            "assignee_unknown",
            Text::new(
                "须是另一名能处理其全部工单的经办人",
                "another officer, of units that lead all of these tickets or of units above them",
            ),
        )
    };
    let account = account
        .filter(|account| account.active && account.id != from)
        .ok_or_else(unfit)?;
    let unit = account.unit.as_ref().map(|unit| unit.id);
    let is_officer = account.role == crate::domain::account::Role::Officer;
    if !is_officer || db::handover::count_beyond(conn, from, unit).await? > 0 {
        return Err(unfit());
    }
    Ok(account)
}

async fn order(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    between: Between,
    opinion: String,
) -> Result<Handover> {
    let handover = Handover {
        id: Uuid::new_v4(),
        between,
        opinion,
        ordered_by: actor.account_id,
        ordered_role: actor.role.as_str().to_owned(),
        ordered_at: svc.now(),
        total: db::handover::count_left(conn, between).await?,
        done: 0,
        finished_at: None,
    };
    let is_running = |error: &DbError| {
        violated(error).is_some_and(|key| db::handover::RUNNING_KEYS.contains(&key))
    };
    db::handover::insert(conn, &handover)
        .await
        .map_err(|error| match is_running(&error) {
            true => Error::new(Code::HandoverRunning),
            false => error.into(),
        })?;
    part(svc, conn, handover).await
}

/// A part, its progress, and the job for the next one.
async fn part(svc: &Services, conn: &mut Conn, mut handover: Handover) -> Result<Handover> {
    let now = svc.now();
    let reference = svc.reference.current(conn).await?;
    let locked = db::handover::lock_some(conn, handover.between, AT_ONCE).await?;
    let mut tickets = db::ticket::find_all(conn, &TicketScope::All, &locked).await?;
    // One that was closed before it was locked stays as it is.
    tickets.retain(|ticket| ticket.state.is_open());
    let ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.id).collect();
    let to_unit = match handover.between {
        Between::Units { from, to } => {
            let to = reference.units.get(to).map(to_ref);
            let to = to.ok_or_else(|| anyhow::anyhow!("a successor that is no unit"))?;
            db::handover::reassign(conn, &ids, from, &to, now).await?;
            Some((from, to))
        }
        Between::People { .. } => None,
    };
    for ticket in &mut tickets {
        match (&to_unit, handover.between) {
            (Some((from, to)), _) => take_over(&reference, ticket, *from, to, now),
            (None, Between::People { to, .. }) => ticket.assign(to, now),
            (None, Between::Units { .. }) => {}
        }
        db::ticket::update(conn, ticket).await?;
        db::ticket::event::append(conn, ticket, event(&handover, ticket, now)).await?;
    }
    db::feed::tickets(conn, &ids).await?;
    task::dismiss(conn, Whose::Tickets(&ids), now).await?;
    let count = |ids: &[Uuid]| i64::try_from(ids.len()).unwrap_or(i64::MAX);
    handover.done += count(&ids);
    if count(&locked) < AT_ONCE {
        handover.finished_at = Some(now);
    } else {
        let handover_id = handover.id;
        queue::enqueue(conn, now, &JobKind::HandOver { handover_id }).await?;
    }
    db::handover::advance(conn, &handover).await?;
    Ok(handover)
}

/// The successor takes a lead unit's place; where the other only cooperated, the ticket's own facts stay. Whoever has not been
/// acknowledged for yet has its own time to do so.
fn take_over(reference: &Reference, ticket: &mut Ticket, from: Uuid, to: &UnitRef, now: Timestamp) {
    if ticket.lead.as_ref().is_none_or(|lead| lead.id != from) {
        ticket.touch(now);
        return;
    }
    ticket.hand_over(to.clone(), now);
    if ticket.state == State::Dispatched {
        stage::begin(reference, ticket, now);
    }
}

fn event(handover: &Handover, ticket: &Ticket, now: Timestamp) -> Event {
    let (from, to) = match handover.between {
        Between::Units { from, to } => (from, Some(to)),
        Between::People { from, to } => (from, to),
    };
    Event {
        actor_id: Some(handover.ordered_by),
        actor_role: handover.ordered_role.clone(),
        holder_unit_id: trail::holder(ticket),
        opinion: handover.opinion.clone(),
        data: json!({
            "rev": ticket.rev,
            "clock": ticket.clock,
            "handover": handover.id,
            "from": from,
            "to": to,
        }),
        ..trail::blank(
            "hand_over".to_owned(),
            Some(ticket.state),
            ticket.state,
            now,
        )
    }
}
