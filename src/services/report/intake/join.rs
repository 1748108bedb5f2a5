//! Findings that joined a ticket by rule (自动并案): the ticket is told, as a clerk's merge tells it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::plan::Planned;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::ticket::trail::Event;
use crate::services::error::Result;
use crate::services::ticket::trail;

/// Tickets that were there before the run, each with the findings' tickets that join it.
pub(in crate::services) type Joined = BTreeMap<Uuid, Vec<Uuid>>;

/// Gives tickets of the run itself, which nobody has seen yet, their further sightings; answers the rest.
pub(super) fn within_run(planned: &mut [Planned], now: Timestamp) -> Joined {
    let joins: Vec<(Uuid, Uuid)> = planned
        .iter()
        .filter_map(|plan| Some((plan.ticket.master_id?, plan.ticket.id)))
        .collect();
    let mut joined = Joined::new();
    for (master, sighting) in joins {
        match planned.iter_mut().find(|plan| plan.ticket.id == master) {
            Some(plan) => {
                let seq = plan.trail.last().map_or(1, |last| last.seq + 1);
                let event = trail::sighting(None, &plan.ticket, sighting, now);
                plan.trail.push(Event { seq, ..event });
            }
            None => joined.entry(master).or_default().push(sighting),
        }
    }
    joined
}

/// Tells tickets that were there before, which the transaction has locked, of their new sightings.
pub(in crate::services) async fn tell(
    conn: &mut Conn,
    joined: &Joined,
    now: Timestamp,
) -> Result<()> {
    for (master, sightings) in joined {
        let mut master = db::ticket::find(conn, &TicketScope::All, *master)
            .await?
            .ok_or_else(|| anyhow::anyhow!("a locked ticket cannot be read"))?;
        for sighting in sightings {
            master.touch(now);
            let event = trail::sighting(None, &master, *sighting, now);
            db::ticket::event::append(conn, &master, event).await?;
        }
        db::ticket::update(conn, &master).await?;
    }
    let changed: Vec<Uuid> = joined.keys().copied().collect();
    if !changed.is_empty() {
        db::feed::tickets(conn, &changed).await?;
    }
    Ok(())
}
