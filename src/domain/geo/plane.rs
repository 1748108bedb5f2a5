//! A flat piece of the WGS-84 ellipsoid: degrees scaled to metres as they measure at one latitude. Straight edges stay
//! straight in it, so outlines mean the same as in degrees; it is true only near its latitude.

use geo::{Coord, MapCoords, MultiPolygon};

/// Equirectangular projection with both scales true at one latitude.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    /// Metres to a degree of longitude.
    pub east: f64,
    /// Metres to a degree of latitude.
    pub north: f64,
}

impl Plane {
    pub fn at(lat: f64) -> Self {
        const SEMI_MAJOR_M: f64 = 6_378_137.0;
        const ECCENTRICITY_2: f64 = 0.006_694_379_990_141_32;
        let (sin, cos) = lat.to_radians().sin_cos();
        let flat = 1.0 - ECCENTRICITY_2 * sin * sin;
        Self {
            east: (SEMI_MAJOR_M / flat.sqrt() * cos).to_radians(),
            north: (SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (flat * flat.sqrt())).to_radians(),
        }
    }

    pub fn flatten(self, outline: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        outline.map_coords(|Coord { x, y }| Coord {
            x: x * self.east,
            y: y * self.north,
        })
    }

    pub fn unflatten(self, flat: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        flat.map_coords(|Coord { x, y }| Coord {
            x: x / self.east,
            y: y / self.north,
        })
    }
}
