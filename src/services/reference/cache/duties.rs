//! Duties by their places. Who had one is judged as of the dispatch of each ticket.

use std::collections::{BTreeMap, HashMap};

use super::Units;
use crate::domain::duty::{Answering, Duty, DutyPlace};
use crate::domain::ticket::Ticket;

/// Every duty, those too that have ended.
pub struct Duties {
    of_places: HashMap<DutyPlace, Vec<Duty>>,
}

impl Duties {
    pub(super) fn new(duties: Vec<Duty>) -> Self {
        let mut of_places: HashMap<DutyPlace, Vec<Duty>> = HashMap::new();
        for duty in duties {
            of_places.entry(duty.place.clone()).or_default().push(duty);
        }
        Self { of_places }
    }

    /// Who had a duty at the place of a ticket when it was dispatched last: for its lead unit or one above it, its check point, its
    /// district or zone. In the order of the words for duties; of one duty, who has had it longest comes first.
    pub fn answering(&self, units: &Units, ticket: &Ticket) -> Vec<Answering> {
        let Some(dispatched_at) = ticket.dispatched_at else {
            return Vec::new();
        };
        let lead = ticket.lead.as_ref().and_then(|lead| units.get(lead.id));
        let above = lead.map_or(&[][..], |lead| &lead.lineage);
        let zone = ticket.routing.polygon.as_ref().map(|zone| &zone.code);
        let areas = ticket.district.as_ref().map(|it| &it.code).into_iter();
        let places = (above.iter().copied().map(DutyPlace::Unit))
            .chain(ticket.point_id.map(DutyPlace::Point))
            .chain(areas.chain(zone).cloned().map(DutyPlace::Area));
        let duties = places.filter_map(|place| self.of_places.get(&place));
        let had = duties.flatten().filter(|duty| duty.holds_at(dispatched_at));
        let in_order: BTreeMap<_, &Duty> = had
            .map(|duty| ((duty.kind.as_str(), duty.valid_from, duty.id), duty))
            .collect();
        let answering = |duty: &Duty| Answering {
            kind: duty.kind,
            person: duty.person.clone(),
            phone: duty.phone.clone(),
        };
        in_order.into_values().map(answering).collect()
    }
}
