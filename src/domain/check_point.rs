//! Check points (点位): the places that inspections go to, such as a market or a bus stop. A point has a surveyed
//! position and may have an owner (点位责任单位); which points a round visits is not decided here.

use jiff::Timestamp;
use uuid::Uuid;

use super::geo::{Datum, Point, PointError};
use super::ticket::routing::UnitRef;

/// A kind of check point (点位类型), a row of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckPointKind {
    /// Code, such as `K21`.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
}

/// A position as a file stated it (原始坐标), kept beside the canonical one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StatedPosition {
    /// Latitude in `datum`, degrees.
    pub lat: f64,
    /// Longitude in `datum`, degrees.
    pub lon: f64,
    /// Datum of both.
    pub datum: Datum,
}

impl StatedPosition {
    /// The canonical position.
    ///
    /// # Errors
    /// [`PointError`] when the numbers are nowhere on Earth.
    pub fn to_point(self) -> Result<Point, PointError> {
        Point::from_datum(self.datum, self.lat, self.lon)
    }
}

/// Who owned a check point, and when (点位责任单位).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointOwner {
    /// The unit.
    pub unit: UnitRef,
    /// From when on,
    pub valid_from: Timestamp,
    /// and until when; none while it does.
    pub valid_until: Option<Timestamp>,
}

/// A check point (点位).
#[derive(Debug, Clone, PartialEq)]
pub struct CheckPoint {
    /// Row id.
    pub id: Uuid,
    /// Code in files and on paper.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name; empty when there is none.
    pub name_en: String,
    /// Code of its [`CheckPointKind`].
    pub kind: String,
    /// Where it is, as its file stated it.
    pub stated: StatedPosition,
    /// Canonical position, converted once from `stated`.
    pub point: Point,
    /// Address for people; may be empty.
    pub address: String,
    /// The unit that answers for it.
    pub owner_unit_id: Option<Uuid>,
}
