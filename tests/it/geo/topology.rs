use geo::{BooleanOps, GeodesicArea, Polygon, polygon};
use xuncha::domain::geo::{AreaShape, Datum, Defect, outline_from_geojson, topology};

use super::{area, demo_districts, rectangle};

fn square_metres(shape: &impl GeodesicArea<f64>) -> f64 {
    shape.geodesic_area_unsigned()
}

fn within_1_percent(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= expected * 0.01
}

/// The defect is one, lies where it should, and has that shape's area.
fn assert_is(defects: &[Defect], shape: &Polygon<f64>, between: &[&str]) {
    let [defect] = defects else {
        panic!("one defect, not {}", defects.len())
    };
    assert_eq!(defect.between, between);
    let expected_m2 = square_metres(shape);
    assert!(
        within_1_percent(defect.area_m2, expected_m2),
        "{} {expected_m2}",
        defect.area_m2
    );
    let drawn = outline_from_geojson(&defect.geometry.to_string()).expect("an outline");
    assert!(within_1_percent(
        square_metres(&drawn.intersection(shape)),
        expected_m2
    ));
}

#[test]
fn the_demo_city_is_tiled_in_both_outlines() {
    for (file, datum) in [("wgs84", Datum::Wgs84), ("gcj02", Datum::Gcj02)] {
        let found = topology(&demo_districts(&format!("districts.{file}.geojson"), datum));
        assert_eq!((found.gaps.len(), found.overlaps.len()), (0, 0));
    }
}

#[test]
fn two_outlines_from_two_sources_do_not_fit() {
    let coarse = demo_districts("districts.wgs84.geojson", Datum::Wgs84);
    let fine = demo_districts("districts.gcj02.geojson", Datum::Gcj02);
    let mixed: Vec<AreaShape> = coarse
        .into_iter()
        .take(1)
        .chain(fine.into_iter().skip(1))
        .collect();
    let found = topology(&mixed);
    assert!(!found.gaps.is_empty() && !found.overlaps.is_empty());
    assert!(found.gaps.iter().chain(&found.overlaps).all(|defect| {
        defect.between.iter().any(|code| code == "371602") && defect.between.len() > 1
    }));
    assert!(found.overlaps.is_sorted_by(|a, b| a.area_m2 >= b.area_m2));
}

#[test]
fn a_known_overlap_and_a_known_gap_are_measured() {
    let overlap = rectangle((118.095, 37.0), (118.1, 37.03));
    let gap = rectangle((118.1, 37.05), (118.11, 37.06));
    let west = area("w", rectangle((118.0, 37.0), (118.1, 37.1)));
    let east = polygon![
        (x: 118.095, y: 37.0), (x: 118.2, y: 37.0), (x: 118.2, y: 37.1), (x: 118.1, y: 37.1), (x: 118.1, y: 37.06),
        (x: 118.11, y: 37.06), (x: 118.11, y: 37.05), (x: 118.1, y: 37.05), (x: 118.1, y: 37.03), (x: 118.095, y: 37.03),
    ];
    let found = topology(&[west, area("e", east)]);
    assert_is(&found.overlaps, &overlap, &["w", "e"]);
    assert_is(&found.gaps, &gap, &["e", "w"]);
}

#[test]
fn a_slit_open_to_the_outside_is_a_gap_while_it_is_narrow() {
    let west = area("1", rectangle((118.0, 37.0), (118.1, 37.1)));
    let slit = rectangle((118.1, 37.0), (118.1005, 37.1));
    let east = area("2", rectangle((118.1005, 37.0), (118.2, 37.1)));
    let found = topology(&[west.clone(), east]);
    assert_is(&found.gaps, &slit, &["1", "2"]);

    let far = area("2", rectangle((118.103, 37.0), (118.2, 37.1)));
    assert_eq!(topology(&[west, far]).gaps, []);
}

#[test]
fn a_bay_and_a_notch_are_no_gaps() {
    let with_bay = polygon![
        (x: 118.0, y: 37.0), (x: 118.1, y: 37.0), (x: 118.1, y: 37.1), (x: 118.05, y: 37.1), (x: 118.05, y: 37.08),
        (x: 118.0495, y: 37.08), (x: 118.0495, y: 37.1), (x: 118.0, y: 37.1),
    ];
    let notched = polygon![(x: 118.1, y: 37.0), (x: 118.2, y: 37.0), (x: 118.2, y: 37.1), (x: 118.12, y: 37.1), (x: 118.1, y: 37.05)];
    assert_eq!(
        topology(&[area("1", with_bay), area("2", notched)]).gaps,
        []
    );
}

#[test]
fn a_hole_within_one_district_is_a_gap_until_an_enclave_fills_it() {
    let hole = rectangle((118.04, 37.04), (118.06, 37.06));
    let around = Polygon::new(
        rectangle((118.0, 37.0), (118.1, 37.1)).exterior().clone(),
        vec![hole.exterior().clone()],
    );
    assert_is(&topology(&[area("1", around.clone())]).gaps, &hole, &["1"]);
    assert_eq!(topology(&[area("1", around), area("2", hole)]).gaps, []);
}

#[test]
fn a_border_point_rounded_off_a_straight_edge_is_no_gap() {
    let west = area(
        "1",
        polygon![(x: 118.0, y: 37.0), (x: 118.1, y: 37.0), (x: 118.13, y: 37.1), (x: 118.0, y: 37.1)],
    );
    let east = area(
        "2",
        polygon![
            (x: 118.1, y: 37.0), (x: 118.2, y: 37.0), (x: 118.2, y: 37.1), (x: 118.13, y: 37.1), (x: 118.110_000_1, y: 37.033_333_3),
        ],
    );
    let found = topology(&[west, east]);
    assert_eq!((found.gaps.len(), found.overlaps.len()), (0, 0));
}

#[test]
fn the_direction_in_which_rings_are_drawn_does_not_matter() {
    let clockwise = polygon![(x: 118.0, y: 37.0), (x: 118.0, y: 37.1), (x: 118.1, y: 37.1), (x: 118.1, y: 37.0)];
    let overlap = rectangle((118.09, 37.0), (118.1, 37.1));
    let east = area("2", rectangle((118.09, 37.0), (118.2, 37.1)));
    let found = topology(&[area("1", clockwise), east]);
    assert_is(&found.overlaps, &overlap, &["1", "2"]);
    assert_eq!(found.gaps, []);
}

#[test]
fn no_districts_have_no_defects() {
    let found = topology(&[]);
    assert_eq!((found.gaps.len(), found.overlaps.len()), (0, 0));
}
