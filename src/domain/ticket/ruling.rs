//! Ownership rulings (确权): who owns a place for an item, until somebody rules otherwise or ends it.

use jiff::Timestamp;
use uuid::Uuid;

use super::routing::UnitRef;
use crate::domain::catalogue::ItemKey;
use crate::domain::geo::{Point, distance_m};

/// A ruling as it is asked in routing.
#[derive(Debug, Clone)]
pub struct Precedent {
    /// Its number: the newest has the highest.
    pub number: i64,
    /// Scheme of the item.
    pub scheme: String,
    /// Code of the item, in whatever version of the scheme.
    pub item: String,
    /// The place: a check point,
    pub point_id: Option<Uuid>,
    /// or a circle.
    pub position: Option<Point>,
    /// Radius of the circle.
    pub radius_m: f64,
    /// Who owns the place by it.
    pub unit_id: Uuid,
    /// From when on it holds,
    pub valid_from: Timestamp,
    /// and until when; none without an end.
    pub valid_until: Option<Timestamp>,
}

impl Precedent {
    /// Whether it holds at an instant.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_until.is_none_or(|end| end > at)
    }

    /// Whether it is about this check point, or else about the place of this position.
    pub fn covers(&self, point_id: Option<Uuid>, position: Option<Point>) -> bool {
        match self.point_id {
            Some(ruled) => point_id == Some(ruled),
            None => self
                .position
                .zip(position)
                .is_some_and(|(ruled, here)| distance_m(ruled, here) <= self.radius_m),
        }
    }

    /// Whether a later ruling on a place takes this one's: the same check point, or a position within its circle.
    pub fn gives_way_to(&self, point_id: Option<Uuid>, position: Option<Point>) -> bool {
        match (self.point_id, point_id) {
            (Some(ruled), Some(point)) => ruled == point,
            (None, None) => self.covers(None, position),
            _ => false,
        }
    }
}

/// A ruling whole, as the office reads it.
#[derive(Debug, Clone)]
pub struct OwnershipRuling {
    /// Id.
    pub id: Uuid,
    /// Place, item, unit and time.
    pub precedent: Precedent,
    /// The unit that owns the place.
    pub unit: UnitRef,
    /// The ticket that it was made on.
    pub ticket_id: Uuid,
    /// Why.
    pub opinion: String,
    /// Who ruled.
    pub ruled_by: Uuid,
    /// Who ended it; none for a later ruling, or while it holds.
    pub ended_by: Option<Uuid>,
    /// Why it was ended.
    pub end_reason: Option<String>,
    /// Number of the later ruling that took its place.
    pub superseded_by: Option<i64>,
}

/// Which rulings.
#[derive(Debug, Clone, Default)]
pub struct RulingFilter {
    /// Only those that hold, or only those that do not any more.
    pub active: Option<bool>,
    /// On this item.
    pub item: Option<String>,
    /// On this check point.
    pub point_id: Option<Uuid>,
    /// For one of these units.
    pub units: Option<Vec<Uuid>>,
}

/// A ruling to be stored.
#[derive(Debug, Clone)]
pub struct NewRuling<'a> {
    /// The disputed ticket.
    pub ticket_id: Uuid,
    /// The item it is a precedent for.
    pub item: &'a ItemKey,
    /// The place: a check point,
    pub point_id: Option<Uuid>,
    /// or a position.
    pub position: Option<Point>,
    /// Radius of the place round the position, in metres.
    pub radius_m: u32,
    /// Who owns it.
    pub unit_id: Uuid,
    /// Why.
    pub opinion: &'a str,
    /// Who ruled.
    pub ruled_by: Uuid,
    /// From when on it holds.
    pub valid_from: Timestamp,
}
