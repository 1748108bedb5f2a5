//! Districts (属地) and zones with owners of their own (油地交叉区域, 城乡接合部), read from a `GeoJSON` file in any datum.
//! Whether the areas fit together is `topology`'s question; here each must be sound in itself.

use std::collections::HashMap;

use geo::{Coord, MapCoords, MultiPolygon, Orient, RemoveRepeatedPoints, Validation};
use geojson::{Feature, FeatureCollection, JsonValue};
use serde::{Deserialize, Serialize};

use super::datum::Datum;
use super::outline::{self, OutlineError};
use super::point::{Point, PointError};

/// What an area decides in routing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AreaKind {
    /// 属地: districts tile the city.
    District,
    /// A named overlap or gap zone, laid over the districts, with an owner of its own.
    Zone,
}

/// An outline and the names it goes by; WGS-84, exteriors anticlockwise.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaShape {
    /// Division code (行政区划代码) such as `371602`, or a city's own code for a zone.
    pub code: String,
    /// Name in Chinese.
    pub name: String,
    /// Valid polygons; x is the longitude, y the latitude.
    pub geometry: MultiPolygon<f64>,
}

/// One feature of an imported file.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedArea {
    /// Outline, code and name.
    pub shape: AreaShape,
    /// `district` when the file does not say.
    pub kind: AreaKind,
    /// Code of the unit that answers for the area; a zone always has one.
    pub owner: Option<String>,
    /// Name in English.
    pub name_en: Option<String>,
}

/// Why a file of areas, or one feature of it, is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{fault}", .feature.map(|number| format!("feature {number}: ")).unwrap_or_default())]
pub struct AreaError {
    /// Place in the file, counted from 1; none when the file as a whole is refused.
    pub feature: Option<usize>,
    /// The reason.
    pub fault: AreaFault,
}

/// Reason of an [`AreaError`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AreaFault {
    /// The text is not JSON, or not of that `GeoJSON` type.
    #[error("not a GeoJSON FeatureCollection: {0}")]
    Document(String),
    /// The collection is empty.
    #[error("the collection has no features")]
    NoFeatures,
    /// A property that every area of its kind needs.
    #[error("property {0:?} is missing or empty")]
    Missing(&'static str),
    /// `kind` is given and is neither `district` nor `zone`.
    #[error("unknown kind {0}: expected \"district\" or \"zone\"")]
    UnknownKind(String),
    /// The code is that of an earlier feature.
    #[error("code {code} is already that of feature {first}")]
    DuplicateCode {
        /// The code in question.
        code: String,
        /// Number of the feature that has it first.
        first: usize,
    },
    /// A feature without geometry, or with points or lines.
    #[error("expected a Polygon or MultiPolygon, found {0}")]
    NotPolygonal(&'static str),
    /// No polygon, or a ring without points.
    #[error("the outline is empty")]
    Empty,
    /// A vertex that is nowhere on Earth.
    #[error(transparent)]
    Vertex(#[from] PointError),
    /// Self-intersecting or degenerate rings, holes outside, parts that overlap (OGC Simple Features).
    #[error("invalid outline: {0}")]
    Invalid(String),
}

/// Reads a `FeatureCollection` whose features are areas; coordinates are in `datum`.
///
/// Properties: `adcode` or `code` (text or whole number) and `name`; optional `kind`, `owner`, `name_en`. Vertices are
/// rounded to the decimals they are stored with before the outline is checked. All faulty features are told at once,
/// each with its first fault.
pub fn parse_areas(geojson_text: &str, datum: Datum) -> Result<Vec<ParsedArea>, Vec<AreaError>> {
    let whole = |fault| {
        vec![AreaError {
            feature: None,
            fault,
        }]
    };
    let collection = geojson_text
        .parse::<FeatureCollection>()
        .map_err(|error| whole(AreaFault::Document(error.to_string())))?;
    if collection.features.is_empty() {
        return Err(whole(AreaFault::NoFeatures));
    }
    let (mut areas, mut errors, mut seen) = (Vec::new(), Vec::new(), HashMap::new());
    for (number, feature) in (1..).zip(&collection.features) {
        match parse_feature(feature, datum, number, &mut seen) {
            Ok(area) => areas.push(area),
            Err(fault) => errors.push(AreaError {
                feature: Some(number),
                fault,
            }),
        }
    }
    if errors.is_empty() {
        Ok(areas)
    } else {
        Err(errors)
    }
}

fn parse_feature(
    feature: &Feature,
    datum: Datum,
    number: usize,
    seen: &mut HashMap<String, usize>,
) -> Result<ParsedArea, AreaFault> {
    let code = text(feature, "adcode")
        .or_else(|| text(feature, "code"))
        .ok_or(AreaFault::Missing("adcode"))?;
    let first = *seen.entry(code.clone()).or_insert(number);
    if first != number {
        return Err(AreaFault::DuplicateCode { code, first });
    }
    let name = text(feature, "name").ok_or(AreaFault::Missing("name"))?;
    let kind = kind(feature)?;
    let owner = text(feature, "owner");
    if kind == AreaKind::Zone && owner.is_none() {
        return Err(AreaFault::Missing("owner"));
    }
    Ok(ParsedArea {
        shape: AreaShape {
            code,
            name,
            geometry: parse_outline(feature, datum)?,
        },
        kind,
        owner,
        name_en: text(feature, "name_en"),
    })
}

/// A property as text. Published files write division codes as numbers as well.
fn text(feature: &Feature, property: &str) -> Option<String> {
    let text = match feature.property(property)? {
        JsonValue::String(text) => text.trim().to_owned(),
        JsonValue::Number(number) if number.is_u64() => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn kind(feature: &Feature) -> Result<AreaKind, AreaFault> {
    match feature.property("kind") {
        None | Some(JsonValue::Null) => Ok(AreaKind::District),
        Some(value) => match value.as_str() {
            Some("district") => Ok(AreaKind::District),
            Some("zone") => Ok(AreaKind::Zone),
            _ => Err(AreaFault::UnknownKind(value.to_string())),
        },
    }
}

fn parse_outline(feature: &Feature, datum: Datum) -> Result<MultiPolygon<f64>, AreaFault> {
    let geometry = feature
        .geometry
        .as_ref()
        .ok_or(AreaFault::NotPolygonal("no geometry"))?;
    let stated = outline::polygons(geometry).map_err(|error| match error {
        OutlineError::NotPolygonal(found) => AreaFault::NotPolygonal(found),
        OutlineError::Malformed(error) => AreaFault::Invalid(error.to_string()),
    })?;
    let rings = |polygon: &geo::Polygon<f64>| {
        std::iter::once(polygon.exterior())
            .chain(polygon.interiors())
            .any(|ring| ring.0.is_empty())
    };
    if stated.0.is_empty() || stated.iter().any(rings) {
        return Err(AreaFault::Empty);
    }
    let wgs = stated.try_map_coords(|Coord { x, y }| {
        Point::from_datum(datum, y, x).map(|point| Coord {
            x: point.lon(),
            y: point.lat(),
        })
    })?;
    let outline = outline::rounded(&wgs).remove_repeated_points();
    outline
        .check_validation()
        .map_err(|error| AreaFault::Invalid(error.to_string()))?;
    Ok(outline.orient(geo::algorithm::orient::Direction::Default))
}
