//! The districts as a map in SVG: outlines drawn small enough for a page, each in the colour of its rate and with the figure in it.

use std::fmt::Write as _;

use geo::{BoundingRect as _, Coord, InteriorPoint as _, MultiPolygon, Simplify as _};
use serde::{Deserialize, Serialize};

use super::page::escape;
use super::{DistrictFigures, find};
use crate::domain::geo::AreaShape;
use crate::domain::supervision::fraction::Fraction;

/// Width of the drawing; its height follows.
const WIDTH: f64 = 640.0;
const MARGIN: f64 = 6.0;
/// Detail that a page cannot show, in degrees: about 200 m.
const DETAIL: f64 = 0.002;

/// A district on the map, in units of the drawing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outline {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Path of SVG.
    pub path: String,
    /// Where its name stands.
    pub x: String,
    /// The same, downwards.
    pub y: String,
    /// Height of the whole drawing.
    pub height: String,
}

/// Draws districts side by side on one map: equirectangular, true to scale in the middle.
pub fn outlines(districts: &[AreaShape]) -> Vec<Outline> {
    let rects = districts
        .iter()
        .filter_map(|it| it.geometry.bounding_rect());
    let whole = rects.reduce(|one, other| {
        let (low, high) = (one.min(), one.max());
        geo::Rect::new(
            Coord {
                x: low.x.min(other.min().x),
                y: low.y.min(other.min().y),
            },
            Coord {
                x: high.x.max(other.max().x),
                y: high.y.max(other.max().y),
            },
        )
    });
    let Some(whole) = whole else {
        return Vec::new();
    };
    let squeeze = whole.center().y.to_radians().cos();
    let scale = (WIDTH - 2.0 * MARGIN) / (whole.width() * squeeze);
    let height = whole.height() * scale + 2.0 * MARGIN;
    let place = |at: Coord<f64>| {
        let x = (at.x - whole.min().x) * squeeze * scale + MARGIN;
        let y = (whole.max().y - at.y) * scale + MARGIN;
        (x, y)
    };
    let draw = |district: &AreaShape| {
        let inside = district
            .geometry
            .interior_point()
            .map(|point| place(point.0));
        let (x, y) = inside.unwrap_or((WIDTH / 2.0, height / 2.0));
        Outline {
            code: district.code.clone(),
            name: district.name.clone(),
            path: path(&district.geometry, place),
            x: format!("{x:.1}"),
            y: format!("{y:.1}"),
            height: format!("{height:.0}"),
        }
    };
    districts.iter().map(draw).collect()
}

fn path(outline: &MultiPolygon<f64>, place: impl Fn(Coord<f64>) -> (f64, f64)) -> String {
    let mut path = String::new();
    for polygon in &outline.simplify(DETAIL).0 {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            for (nth, at) in ring.coords().enumerate() {
                let (x, y) = place(*at);
                let _ = write!(path, "{}{x:.1} {y:.1}", if nth == 0 { 'M' } else { 'L' });
            }
            path.push('Z');
        }
    }
    path
}

/// The map, each district in the colour of an indicator.
pub fn draw(outlines: &[Outline], districts: &[DistrictFigures], indicator: &str) -> String {
    let Some(height) = outlines.first().map(|outline| &outline.height) else {
        return String::new();
    };
    let mut svg = format!(
        "<svg class=\"map\" viewBox=\"0 0 {WIDTH:.0} {height}\" role=\"img\" aria-label=\"各县区按期结案率\">"
    );
    let of = |code: &str| {
        let district = districts.iter().find(|district| district.code == code);
        district.map_or_else(Fraction::default, |it| find(&it.figures, indicator))
    };
    for outline in outlines {
        let colour = colour(of(&outline.code));
        let _ = write!(
            svg,
            "<path d=\"{}\" fill=\"{colour}\" stroke=\"#fff\" stroke-width=\"1.5\" stroke-linejoin=\"round\"/>",
            outline.path
        );
    }
    for outline in outlines {
        let (x, y, name) = (&outline.x, &outline.y, escape(&outline.name));
        let _ = write!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" class=\"place\">{name}</text><text x=\"{x}\" y=\"{y}\" dy=\"28\" class=\"rate\">{}</text>",
            of(&outline.code).text()
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Classes of the map, best first: the least percentage of each, its colour, its name.
pub const CLASSES: [(u64, &str, &str); 4] = [
    (95, "#4f9d69", "≥ 95%"),
    (85, "#a8cf9a", "85%–95%"),
    (70, "#f2cf7a", "70%–85%"),
    (0, "#df8e78", "< 70%"),
];
/// Colour where there was nothing to count.
pub const NO_COLOUR: &str = "#dfe3e6";

fn colour(fraction: Fraction) -> &'static str {
    let (numerator, denominator) = (
        u128::from(fraction.numerator),
        u128::from(fraction.denominator),
    );
    let class = CLASSES
        .iter()
        .find(|(least, ..)| denominator > 0 && numerator * 100 >= denominator * u128::from(*least));
    class.map_or(NO_COLOUR, |(_, colour, _)| colour)
}
