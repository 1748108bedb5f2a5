//! The pure geography: datums, importing areas, locating positions, and the topology of a city.

mod area;
mod datum;
mod index;
mod point;
mod topology;

use std::fs;
use std::path::Path;

use geo::{MultiPolygon, polygon};
use xuncha::domain::geo::{AreaShape, Datum, Point, parse_areas};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

fn demo_districts(file: &str, datum: Datum) -> Vec<AreaShape> {
    let areas = parse_areas(&read(&format!("demo/{file}")), datum).expect("the demo city is sound");
    areas.into_iter().map(|area| area.shape).collect()
}

fn point(lat: f64, lon: f64) -> Point {
    Point::new(lat, lon).expect("a position on Earth")
}

fn area(code: &str, geometry: impl Into<MultiPolygon<f64>>) -> AreaShape {
    AreaShape {
        code: code.to_owned(),
        name: code.to_owned(),
        geometry: geometry.into(),
    }
}

/// A rectangle in degrees from its south-west to its north-east corner, longitudes first.
fn rectangle((west, south): (f64, f64), (east, north): (f64, f64)) -> geo::Polygon<f64> {
    polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)]
}
