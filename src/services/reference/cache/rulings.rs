//! Ownership rulings by scheme and item. Whether one holds is judged at the moment of each use.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::catalogue::ItemKey;
use crate::domain::geo::Point;
use crate::domain::ticket::ruling::Precedent;

/// Every ruling, the newest first.
pub struct Rulings {
    of_items: HashMap<String, HashMap<String, Vec<Precedent>>>,
}

impl Rulings {
    pub(super) fn new(newest_first: Vec<Precedent>) -> Self {
        let mut of_items: HashMap<String, HashMap<String, Vec<Precedent>>> = HashMap::new();
        for ruling in newest_first {
            let of_scheme = of_items.entry(ruling.scheme.clone()).or_default();
            let of_item = of_scheme.entry(ruling.item.clone()).or_default();
            of_item.push(ruling);
        }
        Self { of_items }
    }

    /// The newest ruling that holds `now` for this item, in whatever version, at this check point or position.
    pub fn find_active(
        &self,
        item: &ItemKey,
        point_id: Option<Uuid>,
        position: Option<Point>,
        now: Timestamp,
    ) -> Option<&Precedent> {
        let rulings = self.of_items.get(&item.scheme)?.get(&item.code)?;
        rulings
            .iter()
            .find(|ruling| ruling.holds_at(now) && ruling.covers(point_id, position))
    }
}
