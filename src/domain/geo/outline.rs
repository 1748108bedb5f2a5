//! Outlines as `GeoJSON` geometries (RFC 7946): the form in which they are stored and shown. Coordinates are WGS-84 with
//! seven decimals, about a centimetre; this module does not judge whether an outline is valid.

use geo::{Coord, MapCoords, MultiPolygon};
use geojson::{Geometry, GeometryValue};

/// Stored outline text that cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum OutlineError {
    /// Not a `GeoJSON` geometry.
    #[error("not a GeoJSON geometry")]
    Malformed(#[from] geojson::Error),
    /// A geometry without an inside.
    #[error("expected a Polygon or MultiPolygon, found a {0}")]
    NotPolygonal(&'static str),
}

/// `GeoJSON` text of a `MultiPolygon` geometry.
pub fn outline_to_geojson(outline: &MultiPolygon<f64>) -> String {
    geometry(outline).to_string()
}

/// Reads a `Polygon` or `MultiPolygon` geometry, as [`outline_to_geojson`] writes it.
pub fn outline_from_geojson(text: &str) -> Result<MultiPolygon<f64>, OutlineError> {
    polygons(&text.parse::<Geometry>()?)
}

pub(super) fn geometry(outline: &MultiPolygon<f64>) -> Geometry {
    Geometry::new(GeometryValue::from(&rounded(outline)))
}

pub(super) fn polygons(geometry: &Geometry) -> Result<MultiPolygon<f64>, OutlineError> {
    match &geometry.value {
        value @ GeometryValue::Polygon { .. } => {
            Ok(MultiPolygon::new(vec![geo::Polygon::try_from(value)?]))
        }
        value @ GeometryValue::MultiPolygon { .. } => Ok(MultiPolygon::try_from(value)?),
        other => Err(OutlineError::NotPolygonal(other.type_name())),
    }
}

pub(super) fn rounded(outline: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    outline.map_coords(|Coord { x, y }| Coord {
        x: round(x),
        y: round(y),
    })
}
