//! Deadlines under a calendar that is being loaded: provisional ones become what they should have been, and firm ones that
//! are still to come follow a correction. The same reckoning tells beforehand what would move.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::trail;
use crate::db::{self, Conn};
use crate::domain::calendar::{DeadlineClock, Due};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::trail::Event;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// Tickets reckoned at a time.
const BATCH: i64 = 1_000;
/// Examples that are told.
const EXAMPLES: usize = 20;

/// What a calendar does to deadlines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadlinesMoved {
    /// Provisional deadlines that move or become firm.
    pub provisional: usize,
    /// Firm deadlines that move.
    pub firm: usize,
    /// Some of them.
    pub examples: Vec<DeadlineMoved>,
}

/// A deadline that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineMoved {
    /// The ticket.
    pub ticket_id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// As it was.
    pub was: Due,
    /// As it is under the calendar.
    pub is: Due,
}

/// Computes deadlines anew under the calendar that this transaction has put in force, and writes them when they are to be
/// kept. A firm deadline never moves to before now: nobody is late by a correction.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn recompute(svc: &Services, conn: &mut Conn, keep: bool) -> Result<DeadlinesMoved> {
    if keep {
        db::feed::hold_readers(conn).await?;
    }
    let now = svc.now();
    let reference = svc.reference.current(conn).await?;
    let mut told = DeadlinesMoved::default();
    let mut after = None;
    loop {
        let batch = db::ticket::many::movable(conn, now, after, BATCH, keep).await?;
        let Some(last) = batch.last() else {
            return Ok(told);
        };
        after = Some(last.id);
        let moved: Vec<(&Ticket, DeadlineClock)> = batch
            .iter()
            .filter_map(|ticket| Some((ticket, moved(&reference, ticket, now)?)))
            .collect();
        for (ticket, clock) in &moved {
            told.note(ticket, clock);
        }
        if keep && !moved.is_empty() {
            write(conn, &moved, now).await?;
        }
    }
}

/// The clock as it is now, if that gives another deadline.
fn moved(reference: &Reference, ticket: &Ticket, now: Timestamp) -> Option<DeadlineClock> {
    let lead = ticket.lead.as_ref().map(|lead| lead.id);
    let before = ticket.clock.as_ref()?;
    let mut clock = before.clone();
    clock.recompute(&reference.calendar(lead));
    let may_move = before.due.provisional || clock.due.at > now;
    (clock.due != before.due && may_move).then_some(clock)
}

impl DeadlinesMoved {
    fn note(&mut self, ticket: &Ticket, clock: &DeadlineClock) {
        let Some(was) = ticket.clock.as_ref().map(|clock| clock.due) else {
            return;
        };
        if was.provisional {
            self.provisional += 1;
        } else {
            self.firm += 1;
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(DeadlineMoved {
                ticket_id: ticket.id,
                number: ticket.number.clone(),
                was,
                is: clock.due,
            });
        }
    }
}

async fn write(conn: &mut Conn, moved: &[(&Ticket, DeadlineClock)], now: Timestamp) -> Result<()> {
    let clocks: Vec<(Uuid, &DeadlineClock)> =
        moved.iter().map(|(it, clock)| (it.id, clock)).collect();
    db::ticket::many::set(conn, &clocks, now).await?;
    let events = moved.iter().map(|(ticket, clock)| {
        let event = Event {
            holder_unit_id: trail::holder(ticket),
            data: json!({
                "due_before": ticket.clock.as_ref().map(|clock| clock.due),
                "clock": clock,
            }),
            ..trail::blank(
                "recompute_deadline".to_owned(),
                Some(ticket.state),
                ticket.state,
                now,
            )
        };
        let mut ticket = (*ticket).clone();
        ticket.clock = Some(clock.clone());
        ticket.touch(now);
        (ticket, event)
    });
    db::ticket::event::append_to_each(conn, events.collect()).await?;
    let ids: Vec<Uuid> = clocks.iter().map(|(id, _)| *id).collect();
    Ok(db::feed::tickets(conn, &ids).await?)
}
