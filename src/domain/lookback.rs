//! Look-back (回头看): of the tickets that their units closed by themselves, a share is drawn and looked at once more, by an
//! inspector who neither reported it nor is of its unit.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::draw::{Seed, share_of};
use super::task::{Judge, Task};

/// A draw that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookbackDraw {
    /// Server-made, v4.
    pub id: Uuid,
    /// What its order hangs on.
    pub seed: Seed,
    /// Share of the tickets that was drawn, in percent.
    pub share_percent: u32,
    /// Tickets closed from this instant on,
    pub from: Timestamp,
    /// and before this one.
    pub until: Timestamp,
    /// Who had it made; none: the system.
    pub drawn_by: Option<Uuid>,
    /// The tickets that it was made of.
    pub tickets: Vec<Uuid>,
    /// Those that were drawn, in their order.
    pub drawn: Vec<Uuid>,
}

impl LookbackDraw {
    /// What the seed draws of the tickets, computed anew.
    pub fn drawn_again(&self) -> Vec<Uuid> {
        draw(self.seed, &self.tickets, self.share_percent)
    }
}

/// The tickets that a seed draws.
pub fn draw(seed: Seed, tickets: &[Uuid], share_percent: u32) -> Vec<Uuid> {
    let mut order = seed.order(tickets.iter().copied());
    order.truncate(share_of(order.len(), share_percent));
    order
}

/// Who looks back at what: each ticket in turn goes to the judge who has least to do by then, ties by lot. A ticket that nobody may
/// judge stays without one.
pub fn share_out(seed: Seed, drawn: &[Uuid], judges: &[Judge]) -> Vec<(Uuid, Uuid)> {
    let mut loads: HashMap<Uuid, i64> = judges
        .iter()
        .map(|judge| (judge.account_id, judge.load))
        .collect();
    let mut pairs = Vec::with_capacity(drawn.len());
    for ticket in drawn {
        let judges = judges.iter().filter(|judge| judge.ticket_id == *ticket);
        let chosen = judges.map(|judge| judge.account_id).min_by_key(|account| {
            let load = loads.get(account).copied().unwrap_or_default();
            (load, seed.lot(&format!("{ticket} {account}")))
        });
        if let Some(account) = chosen {
            *loads.entry(account).or_default() += 1;
            pairs.push((*ticket, account));
        }
    }
    pairs
}

/// Where a look-back stands, for the office.
#[derive(Debug, Clone)]
pub struct Lookback {
    /// The closed ticket.
    pub ticket_id: Uuid,
    /// Its number.
    pub number: Option<String>,
    /// The draw that drew it.
    pub draw_id: Uuid,
    /// When that was.
    pub drawn_at: Timestamp,
    /// Its place in the draw, from 1.
    pub place: i32,
    /// The last task made of it, with its inspector's name; none while nobody may or could be asked.
    pub task: Option<(Task, String)>,
}
