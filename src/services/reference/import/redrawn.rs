//! What a redrawing of districts and zones means for open tickets: which would lie in another district, or go to another unit.
//! None of them moves by itself: they stay with their unit, under the names of their day, until somebody sends them on.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::ticket::machine::State;
use crate::domain::ticket::routing::UnitRef;
use crate::domain::ticket::{DistrictName, LeadUnit, Ticket};
use crate::services::Result;
use crate::services::reference::cache::Reference;
use crate::services::ticket::routing::{Routed, route_ticket};

/// Tickets looked at at a time.
const BATCH: i64 = 1_000;

/// An open ticket that would be routed otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedrawnTicket {
    /// The ticket.
    pub ticket_id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// State.
    pub state: State,
    /// The unit that has it, and keeps it.
    pub lead: Option<LeadUnit>,
    /// The unit that the rules found before.
    pub unit_was: Option<UnitRef>,
    /// The unit that the rules find now.
    pub unit_is: Option<UnitRef>,
    /// The district that it lay in.
    pub district_was: Option<DistrictName>,
    /// The district that it lies in.
    pub district_is: Option<DistrictName>,
}

/// Every open ticket that the rules treat otherwise after a change of reference data than before it.
pub(super) async fn redrawn(
    conn: &mut Conn,
    before: &Arc<Reference>,
    after: &Arc<Reference>,
    now: Timestamp,
) -> Result<Vec<RedrawnTicket>> {
    let mut found = Vec::new();
    let mut last = None;
    loop {
        let batch = db::ticket::many::open_on_map(conn, last, BATCH).await?;
        let Some(ticket) = batch.last() else {
            return Ok(found);
        };
        last = Some(ticket.id);
        let (before, after) = (Arc::clone(before), Arc::clone(after));
        let compared = tokio::task::spawn_blocking(move || {
            let differing = batch
                .into_iter()
                .filter_map(|ticket| compare(&before, &after, ticket, now));
            differing.collect::<Vec<_>>()
        });
        found.extend(compared.await.map_err(anyhow::Error::from)?);
    }
}

fn compare(
    before: &Reference,
    after: &Reference,
    ticket: Ticket,
    now: Timestamp,
) -> Option<RedrawnTicket> {
    let was = route_ticket(before, &ticket, now)?;
    let is = route_ticket(after, &ticket, now)?;
    let code = |routed: &Routed| routed.district.as_ref().map(|it| it.code.clone());
    if code(&was) == code(&is) && was.routing.unit == is.routing.unit {
        return None;
    }
    Some(RedrawnTicket {
        ticket_id: ticket.id,
        number: ticket.number,
        state: ticket.state,
        lead: ticket.lead,
        unit_was: was.routing.unit,
        unit_is: is.routing.unit,
        district_was: was.district,
        district_is: is.district,
    })
}
