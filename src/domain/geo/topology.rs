//! Checks that the districts of a city tile it (不留空当、不留死角): lists where two of them overlap and where ground
//! inside the city belongs to nobody. It names the neighbours; which unit should own such a place is decided elsewhere.
//!
//! Inside the city is what the districts enclose, and also what lies behind a mouth of up to [`OPEN_GAP_WIDTH_M`]
//! between two of them. Zones are laid over districts on purpose and do not belong in this check.

mod borders;

use geo::algorithm::orient::Direction;
use geo::{
    Area, BooleanOps, BoundingRect, Buffer, Centroid, Euclidean, Intersects, Length, MultiPolygon,
    Orient, Polygon, unary_union,
};
use geojson::Geometry;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use self::borders::Borders;
use super::area::AreaShape;
use super::index::{TOUCH_M, middle_lat};
use super::outline::{self, OutlineError};
use super::plane::Plane;

/// Square metres under which a gap or overlap is drawing noise, as is one that is on average narrower than [`TOUCH_M`].
pub const NOISE_M2: f64 = 1.0;

/// Metres up to which a gap may be open towards the outside of the city and still lie inside it.
pub const OPEN_GAP_WIDTH_M: f64 = 100.0;

/// Metres under which an open gap is not told from the rounding of the outer border, on which it was found.
const HAIR_M: f64 = 1.0;

/// Share of an open gap's outline that runs along districts. A bay or the notch where a shared border meets the
/// outside has less: a wedge passes up to about 8 degrees.
const ENCLOSED_SHARE: f64 = 0.9;

/// What keeps the districts from tiling the city; each list largest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Topology {
    /// Ground inside the city that no district holds.
    pub gaps: Vec<Defect>,
    /// Ground that two districts hold.
    pub overlaps: Vec<Defect>,
}

/// One connected gap or overlap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Defect {
    /// Square metres.
    pub area_m2: f64,
    /// `MultiPolygon` of one part, WGS-84.
    pub geometry: Geometry,
    /// Codes of the districts that overlap, or that border the gap.
    pub between: Vec<String>,
}

impl Defect {
    /// A name that stays the same for as long as the outline does.
    pub fn name(&self) -> String {
        let digest = Sha256::digest(self.geometry.to_string());
        hex::encode(digest.iter().take(8).copied().collect::<Vec<u8>>())
    }

    /// Its outline.
    ///
    /// # Errors
    /// [`OutlineError`] when the geometry is no polygon.
    pub fn outline(&self) -> Result<MultiPolygon<f64>, OutlineError> {
        outline::polygons(&self.geometry)
    }
}

/// Finds the gaps and overlaps of a city's districts.
pub fn topology(districts: &[AreaShape]) -> Topology {
    let plane = Plane::at(middle_lat(districts));
    let flat: Vec<_> = districts
        .iter()
        .map(|district| Flat {
            code: &district.code,
            outline: plane.flatten(&district.geometry).orient(Direction::Default),
        })
        .collect();
    let borders = Borders::new(
        flat.iter()
            .map(|district| (district.code, &district.outline)),
    );
    let union = unary_union(flat.iter().map(|district| &district.outline));
    let enclosed = without_holes(&union);
    let mut gaps = enclosed.difference(&union).0;
    gaps.extend(open_gaps(&enclosed, &borders));
    let gaps = gaps.into_iter().map(|gap| {
        let between = borders.neighbours(&gap);
        (gap, between)
    });
    Topology {
        gaps: defects(gaps, plane),
        overlaps: defects(overlaps(&flat), plane),
    }
}

/// A district on the city's plane, in metres.
struct Flat<'a> {
    code: &'a str,
    outline: MultiPolygon<f64>,
}

fn overlaps<'a>(districts: &'a [Flat<'a>]) -> impl Iterator<Item = (Polygon<f64>, Vec<&'a str>)> {
    let boxed = districts.iter().enumerate();
    let pairs =
        boxed.flat_map(|(i, one)| districts.iter().skip(i + 1).map(move |other| (one, other)));
    pairs
        .filter(|(one, other)| {
            let boxes = (one.outline.bounding_rect(), other.outline.bounding_rect());
            matches!(boxes, (Some(one), Some(other)) if one.intersects(&other))
        })
        .flat_map(|(one, other)| {
            let shared = one.outline.intersection(&other.outline);
            shared
                .into_iter()
                .map(|part| (part, vec![one.code, other.code]))
        })
}

/// Gaps that reach the outside between two districts: what closing the city's outer border by half the width of a
/// mouth adds to it, less the hairs this leaves along every bend.
fn open_gaps(enclosed: &MultiPolygon<f64>, borders: &Borders<'_>) -> Vec<Polygon<f64>> {
    let half = OPEN_GAP_WIDTH_M / 2.0;
    let closed = without_holes(&enclosed.buffer(half).buffer(-half));
    let added = closed.difference(enclosed);
    let mut gaps = added.buffer(-HAIR_M / 2.0).buffer(HAIR_M / 2.0).0;
    gaps.retain(|gap| {
        borders.neighbours(gap).len() > 1 && borders.share_along(gap) >= ENCLOSED_SHARE
    });
    gaps
}

fn without_holes(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let filled: Vec<_> = shape
        .iter()
        .map(|part| Polygon::new(part.exterior().clone(), Vec::new()))
        .collect();
    unary_union(&filled)
}

/// Measures the parts at their own latitude, and leaves out the noise.
fn defects<'a>(
    parts: impl Iterator<Item = (Polygon<f64>, Vec<&'a str>)>,
    plane: Plane,
) -> Vec<Defect> {
    let mut defects: Vec<_> = parts
        .filter_map(|(part, between)| {
            let width_m = 2.0 * part.unsigned_area() / Euclidean.length(part.exterior());
            let degrees = plane.unflatten(&part.into());
            let local = Plane::at(degrees.centroid()?.y());
            let area_m2 = degrees.unsigned_area() * local.east * local.north;
            (area_m2 >= NOISE_M2 && width_m >= TOUCH_M).then(|| Defect {
                area_m2,
                geometry: outline::geometry(&degrees),
                between: between.into_iter().map(str::to_owned).collect(),
            })
        })
        .collect();
    defects.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2));
    defects
}
