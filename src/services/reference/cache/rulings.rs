//! Ownership rulings by scheme and item. Whether one holds is judged at the moment of each use.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::ruling::Ruling;
use crate::domain::catalogue::ItemKey;
use crate::domain::geo::{Point, distance_m};

/// Every ruling, the newest first.
pub struct Rulings {
    of_items: HashMap<String, HashMap<String, Vec<Ruling>>>,
}

impl Rulings {
    pub(super) fn new(newest_first: Vec<Ruling>) -> Self {
        let mut of_items: HashMap<String, HashMap<String, Vec<Ruling>>> = HashMap::new();
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
    ) -> Option<&Ruling> {
        let rulings = self.of_items.get(&item.scheme)?.get(&item.code)?;
        rulings.iter().find(|ruling| {
            let holds = ruling.valid_from <= now && ruling.valid_until.is_none_or(|end| end > now);
            let is_here = match ruling.point_id {
                Some(ruled) => point_id == Some(ruled),
                None => ruling
                    .position
                    .zip(position)
                    .is_some_and(|(ruled, here)| distance_m(ruled, here) <= ruling.radius_m),
            };
            holds && is_here
        })
    }
}
