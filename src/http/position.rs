//! Positions on their way out.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::geo::{Datum, Point};

/// A position in WGS-84, or in the datum that the caller asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct PositionOut {
    /// Latitude, degrees.
    #[schema(example = 37.38)]
    lat: f64,
    /// Longitude, degrees.
    #[schema(example = 117.97)]
    lon: f64,
}

impl From<Point> for PositionOut {
    fn from(point: Point) -> Self {
        Self::in_datum(point, Datum::Wgs84)
    }
}

impl PositionOut {
    /// The position in a datum, to a centimetre.
    pub fn in_datum(point: Point, datum: Datum) -> Self {
        let (lat, lon) = point.to_datum(datum);
        let centimetre = |degrees: f64| (degrees * 1e7).round() / 1e7;
        Self {
            lat: centimetre(lat),
            lon: centimetre(lon),
        }
    }
}
