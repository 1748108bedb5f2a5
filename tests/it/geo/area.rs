use serde_json::{Value, json};
use xuncha::domain::geo::{
    AreaFault, AreaKind, Datum, Point, outline_from_geojson, outline_to_geojson, parse_areas,
};

use super::{demo_districts, read};

fn square() -> Value {
    json!({"type": "Polygon", "coordinates": [[[118.0, 37.0], [118.1, 37.0], [118.1, 37.1], [118.0, 37.1], [118.0, 37.0]]]})
}

fn polygon(ring: Value) -> Value {
    json!({"type": "Polygon", "coordinates": [ring]})
}

fn collection(features: &[(Value, Value)]) -> String {
    let features = features.iter().map(|(properties, geometry)| {
        json!({"type": "Feature", "properties": properties, "geometry": geometry})
    });
    json!({"type": "FeatureCollection", "features": features.collect::<Vec<_>>()}).to_string()
}

fn refusals(text: &str) -> Vec<String> {
    let errors = parse_areas(text, Datum::Wgs84).expect_err("faulty");
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn both_outlines_of_the_demo_city_are_sound() {
    for (file, datum) in [("wgs84", Datum::Wgs84), ("gcj02", Datum::Gcj02)] {
        let districts = demo_districts(&format!("districts.{file}.geojson"), datum);
        let names: Vec<_> = districts
            .iter()
            .map(|area| format!("{} {}", area.code, area.name))
            .collect();
        let seven = "371602 滨城区,371603 沾化区,371621 惠民县,371622 阳信县,371623 无棣县,371625 博兴县,371681 邹平市";
        assert_eq!(names.join(","), seven);
    }
}

#[test]
fn every_vertex_is_converted() {
    let properties = json!({"code": "a", "name": "甲"});
    let areas = parse_areas(&collection(&[(properties, square())]), Datum::Gcj02).expect("sound");
    let [area] = areas.as_slice() else {
        panic!("one area")
    };
    let corner = Point::from_datum(Datum::Gcj02, 37.1, 118.1).expect("on Earth");
    let found = area
        .shape
        .geometry
        .iter()
        .flat_map(|polygon| polygon.exterior().coords());
    let near =
        found.filter(|at| (at.x - corner.lon()).abs() < 1e-7 && (at.y - corner.lat()).abs() < 1e-7);
    assert_eq!(near.count(), 1);
}

#[test]
fn properties_say_what_an_area_is() {
    let areas = parse_areas(
        &collection(&[
            (
                json!({"adcode": 371602, "name": " 滨城区 ", "name_en": "Bincheng", "kind": null}),
                square(),
            ),
            (
                json!({"code": "Z1", "name": "油地交叉区域", "kind": "zone", "owner": "371602-cg"}),
                square(),
            ),
        ]),
        Datum::Wgs84,
    )
    .expect("sound");
    let [district, zone] = areas.as_slice() else {
        panic!("two areas")
    };
    assert_eq!(
        (district.shape.code.as_str(), district.shape.name.as_str()),
        ("371602", "滨城区")
    );
    assert_eq!(
        (district.kind, district.owner.as_deref()),
        (AreaKind::District, None)
    );
    assert_eq!(district.name_en.as_deref(), Some("Bincheng"));
    assert_eq!(
        (zone.kind, zone.owner.as_deref()),
        (AreaKind::Zone, Some("371602-cg"))
    );
}

#[test]
fn every_faulty_feature_is_told_with_its_number() {
    let bow_tie = polygon(json!([
        [118.0, 37.0],
        [118.1, 37.1],
        [118.1, 37.0],
        [118.0, 37.1],
        [118.0, 37.0]
    ]));
    let line = json!({"type": "LineString", "coordinates": [[118.0, 37.0], [118.1, 37.1]]});
    let two_points = polygon(json!([[118.0, 37.0], [118.1, 37.0], [118.0, 37.0]]));
    let swapped = polygon(json!([
        [37.0, 118.0],
        [37.0, 118.1],
        [37.1, 118.1],
        [37.0, 118.0]
    ]));
    let named = |code: &str| json!({"adcode": code, "name": "甲"});
    let text = collection(&[
        (named("1"), square()),
        (json!({"name": "甲"}), square()),
        (json!({"adcode": "3", "name": " "}), square()),
        (named("1"), square()),
        (
            json!({"adcode": "5", "name": "甲", "kind": "street"}),
            square(),
        ),
        (
            json!({"adcode": "6", "name": "甲", "kind": "zone"}),
            square(),
        ),
        (named("7"), line),
        (named("8"), Value::Null),
        (named("9"), polygon(json!([]))),
        (
            named("10"),
            json!({"type": "MultiPolygon", "coordinates": []}),
        ),
        (named("11"), bow_tie),
        (named("12"), two_points),
        (named("13"), swapped),
    ]);
    assert_eq!(
        refusals(&text),
        [
            "feature 2: property \"adcode\" is missing or empty",
            "feature 3: property \"name\" is missing or empty",
            "feature 4: code 1 is already that of feature 1",
            "feature 5: unknown kind \"street\": expected \"district\" or \"zone\"",
            "feature 6: property \"owner\" is missing or empty",
            "feature 7: expected a Polygon or MultiPolygon, found LineString",
            "feature 8: expected a Polygon or MultiPolygon, found no geometry",
            "feature 9: the outline is empty",
            "feature 10: the outline is empty",
            "feature 11: invalid outline: polygon at index 0 is invalid: exterior ring has a self-intersection",
            "feature 12: invalid outline: polygon at index 0 is invalid: exterior ring must have at least 3 distinct points",
            "feature 13: latitude 118 is not within -90 to 90 degrees",
        ]
    );
}

#[test]
fn a_text_that_is_no_collection_is_refused_as_a_whole() {
    for text in [
        "",
        "{",
        "[]",
        "{\"type\": \"Point\", \"coordinates\": [118.0, 37.0]}",
        &square().to_string(),
    ] {
        let errors = parse_areas(text, Datum::Wgs84).expect_err("faulty");
        let [error] = errors.as_slice() else {
            panic!("one error")
        };
        assert_eq!(error.feature, None);
        assert!(matches!(error.fault, AreaFault::Document(_)), "{error}");
    }
    assert_eq!(
        refusals(&collection(&[])),
        ["the collection has no features"]
    );
}

#[test]
fn a_point_listed_twice_is_forgiven() {
    let ring = json!([
        [118.0, 37.0],
        [118.1, 37.0],
        [118.1, 37.0],
        [118.1, 37.1],
        [118.0, 37.0]
    ]);
    let text = collection(&[(json!({"adcode": "1", "name": "甲"}), polygon(ring))]);
    assert!(parse_areas(&text, Datum::Wgs84).is_ok());
}

#[test]
fn a_stored_outline_reads_back_as_it_was_checked() {
    for district in demo_districts("districts.gcj02.geojson", Datum::Gcj02) {
        let text = outline_to_geojson(&district.geometry);
        assert_eq!(
            outline_from_geojson(&text).expect("stored"),
            district.geometry
        );
    }
    assert!(outline_from_geojson(&read("demo/districts.wgs84.geojson")).is_err());
    assert!(outline_from_geojson("{\"type\":\"Point\",\"coordinates\":[118.0,37.0]}").is_err());
}
