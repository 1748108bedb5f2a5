//! A canonical position: WGS-84 degrees that are known to be on Earth. Datums are converted here, once; nothing else in
//! Xuncha holds a position of another datum as numbers to compute with.

use geo::{Distance, Geodesic};

use super::datum::{self, Datum};

/// WGS-84 position in degrees: finite, latitude within ±90, longitude within ±180.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    lat: f64,
    lon: f64,
}

/// Numbers that are no position on Earth.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PointError {
    /// Not a number, infinite, or beyond ±90.
    #[error("latitude {0} is not within -90 to 90 degrees")]
    Latitude(f64),
    /// Not a number, infinite, or beyond ±180.
    #[error("longitude {0} is not within -180 to 180 degrees")]
    Longitude(f64),
}

impl Point {
    /// Takes WGS-84 degrees, latitude first.
    pub fn new(lat: f64, lon: f64) -> Result<Self, PointError> {
        if !(-90.0..=90.0).contains(&lat) {
            return Err(PointError::Latitude(lat));
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(PointError::Longitude(lon));
        }
        Ok(Self { lat, lon })
    }

    /// Takes degrees as a client states them, latitude first, and converts them to WGS-84.
    ///
    /// Outside the rectangle 0.83–55.83° N, 72.0–137.83° E the three datums are one.
    pub fn from_datum(datum: Datum, lat: f64, lon: f64) -> Result<Self, PointError> {
        let stated = Self::new(lat, lon)?;
        let (lat, lon) = datum::to_wgs84(datum, (stated.lat, stated.lon));
        Self::new(lat, lon)
    }

    /// Latitude and longitude in `datum`, for a map that is drawn in it.
    pub fn to_datum(self, datum: Datum) -> (f64, f64) {
        datum::from_wgs84(datum, (self.lat, self.lon))
    }

    /// Degrees north.
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Degrees east.
    pub const fn lon(self) -> f64 {
        self.lon
    }
}

/// Metres between two positions on the WGS-84 ellipsoid (Karney's geodesic).
pub fn distance_m(a: Point, b: Point) -> f64 {
    Geodesic.distance(geo::Point::new(a.lon, a.lat), geo::Point::new(b.lon, b.lat))
}

/// South-west and north-east corner, WGS-84 degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Western longitude.
    pub west: f64,
    /// Southern latitude.
    pub south: f64,
    /// Eastern longitude.
    pub east: f64,
    /// Northern latitude.
    pub north: f64,
}

/// Metres that a degree of latitude has at least, anywhere.
const DEGREE_M: f64 = 110_000.0;

impl BoundingBox {
    /// A box that holds everything within so many metres of a position. Away from the poles and the date line, where no
    /// city is.
    pub fn around(centre: Point, metres: f64) -> Self {
        let north_south = metres / DEGREE_M;
        let shrunk = (centre.lat.abs() + north_south).to_radians().cos();
        let east_west = north_south / shrunk.max(0.01);
        Self {
            west: centre.lon - east_west,
            south: centre.lat - north_south,
            east: centre.lon + east_west,
            north: centre.lat + north_south,
        }
    }

    /// The squares of a grid of this many degrees that the box touches, each as row and column.
    pub fn squares(self, degrees: f64) -> Vec<(f64, f64)> {
        let square = |at: f64| (at / degrees).floor();
        let steps = |from: f64, to: f64| {
            std::iter::successors(Some(square(from)), |at| Some(at + 1.0))
                .take_while(move |at| *at <= square(to))
        };
        steps(self.south, self.north)
            .flat_map(|row| steps(self.west, self.east).map(move |column| (row, column)))
            .collect()
    }
}
