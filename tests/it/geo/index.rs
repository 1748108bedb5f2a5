use serde::Deserialize;
use xuncha::domain::geo::{AreaIndex, Datum, Nearby, Point, distance_m};

use super::{area, demo_districts, point, read, rectangle};

/// A position a known way from the nearest other district, longitude first.
#[derive(Deserialize)]
struct BorderPoint {
    lonlat: [f64; 2],
    expected: String,
    border_m: f64,
    rival_m: f64,
}

impl BorderPoint {
    fn at(&self) -> Point {
        let [lon, lat] = self.lonlat;
        point(lat, lon)
    }
}

fn border_points() -> Vec<BorderPoint> {
    serde_json::from_str(&read("tests/it/fixtures/geo/border-points.json")).expect("points")
}

fn demo_city() -> AreaIndex {
    AreaIndex::new(demo_districts("districts.wgs84.geojson", Datum::Wgs84))
}

fn code(city: &AreaIndex, idx: usize) -> &str {
    city.areas().get(idx).map_or("", |area| &area.code)
}

/// 2 %, and the rounding of the fixture: positions to a centimetre, metres to a decimal.
fn same_metres(found: f64, stated: f64) -> bool {
    (found - stated).abs() <= (stated * 0.02).max(0.05)
}

#[test]
fn border_points_lie_in_their_district_at_their_distance() {
    let city = demo_city();
    let points = border_points();
    assert_eq!(points.len(), 216);
    for stated in points {
        let found = city.locate(stated.at());
        assert_eq!(
            found.area.map(|idx| code(&city, idx)),
            Some(stated.expected.as_str())
        );
        let rival = found.rival.expect("a city of seven");
        assert_ne!(Some(rival.idx), found.area);
        assert!(
            same_metres(rival.metres, stated.rival_m),
            "{} {}",
            rival.metres,
            stated.rival_m
        );
        assert!(
            same_metres(found.border_m, stated.border_m),
            "{} {}",
            found.border_m,
            stated.border_m
        );
    }
}

#[test]
fn a_fix_true_to_30_m_has_a_rival_exactly_where_one_is_that_near() {
    let city = demo_city();
    for stated in border_points() {
        let found = city.candidates_within(stated.at(), 30.0);
        let first = found
            .first()
            .map(|nearby| (code(&city, nearby.idx), nearby.metres));
        assert_eq!(first, Some((stated.expected.as_str(), 0.0)));
        assert_eq!(found.len() > 1, stated.rival_m <= 30.0);
        assert_eq!(city.candidates_within(stated.at(), 0.0).len(), 1);
    }
}

#[test]
fn a_point_on_a_shared_edge_belongs_to_the_lowest_code() {
    let west = area("2", rectangle((118.0, 37.0), (118.1, 37.1)));
    let east = area("1", rectangle((118.1, 37.0), (118.2, 37.1)));
    let city = AreaIndex::new(vec![west, east]);
    for on_edge in [point(37.05, 118.1), point(37.0, 118.1)] {
        let found = city.locate(on_edge);
        assert_eq!((found.area, found.border_m), (Some(1), 0.0));
        assert_eq!(
            found.rival,
            Some(Nearby {
                idx: 0,
                metres: 0.0
            })
        );
    }
}

#[test]
fn the_outlines_themselves_belong_to_somebody() {
    for (file, datum) in [("wgs84", Datum::Wgs84), ("gcj02", Datum::Gcj02)] {
        let districts = demo_districts(&format!("districts.{file}.geojson"), datum);
        let city = AreaIndex::new(districts.clone());
        let rings = districts
            .iter()
            .flat_map(|area| &area.geometry)
            .map(geo::Polygon::exterior);
        for edge in rings.flat_map(|ring| ring.lines()).step_by(5) {
            let middle = (edge.start + edge.end) / 2.0;
            assert!(
                city.locate(point(edge.start.y, edge.start.x))
                    .area
                    .is_some()
            );
            assert!(city.locate(point(middle.y, middle.x)).area.is_some());
        }
    }
}

#[test]
fn a_slit_of_a_centimetre_belongs_to_the_nearest() {
    let west = area("1", rectangle((118.0, 37.0), (118.1, 37.1)));
    let east = area("2", rectangle((118.100_000_2, 37.0), (118.2, 37.1)));
    let found = AreaIndex::new(vec![west, east]).locate(point(37.05, 118.100_000_15));
    assert_eq!(found.area, Some(1));
    assert_eq!(found.rival.map(|rival| rival.idx), Some(0));
}

#[test]
fn in_an_overlap_the_rival_is_no_way_off() {
    let west = area("1", rectangle((118.0, 37.0), (118.1, 37.1)));
    let east = area("2", rectangle((118.09, 37.0), (118.2, 37.1)));
    let inside = point(37.05, 118.095);
    let found = AreaIndex::new(vec![west, east]).locate(inside);
    assert_eq!(
        (found.area, found.rival),
        (
            Some(0),
            Some(Nearby {
                idx: 1,
                metres: 0.0
            })
        )
    );
    assert!(same_metres(
        found.border_m,
        distance_m(inside, point(37.05, 118.1))
    ));
}

#[test]
fn outside_the_city_the_nearest_areas_come_with_their_metres() {
    let south = area("1", rectangle((118.0, 37.0), (118.1, 37.1)));
    let far_north = area("2", rectangle((118.0, 39.0), (118.1, 39.1)));
    let city = AreaIndex::new(vec![south, far_north]);
    let outside = point(37.2, 118.2);
    let nearest_m = distance_m(outside, point(37.1, 118.1));
    let found = city.locate(outside);
    let rival = found.rival.expect("the southern one");
    assert_eq!(
        (found.area, rival.idx, rival.metres),
        (None, 0, found.border_m)
    );
    assert!(
        same_metres(rival.metres, nearest_m),
        "{} {nearest_m}",
        rival.metres
    );
    assert!(city.candidates_within(outside, 1_000.0).is_empty());
    let both: Vec<_> = city
        .candidates_within(outside, 250_000.0)
        .iter()
        .map(|area| area.idx)
        .collect();
    assert_eq!(both, [0, 1]);
}

#[test]
fn a_city_without_areas_has_nothing_near() {
    let found = AreaIndex::new(Vec::new()).locate(point(37.4, 118.0));
    assert_eq!(
        (found.area, found.rival, found.border_m),
        (None, None, f64::INFINITY)
    );
}
