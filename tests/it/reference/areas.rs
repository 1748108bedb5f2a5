use serde_json::{Value, json};
use xuncha::domain::geo::Point;
use xuncha::services::reference::cache::ReferenceCache;

use super::count;
use crate::harness::{Client, Response, TestApp, story};

fn square(code: &str, west: f64, east: f64) -> Value {
    json!({
        "type": "Feature",
        "properties": { "adcode": code, "name": format!("区{code}") },
        "geometry": { "type": "Polygon", "coordinates": [[
            [west, 37.0], [east, 37.0], [east, 37.1], [west, 37.1], [west, 37.0],
        ]]},
    })
}

fn zone(code: &str, owner: &str) -> Value {
    let Value::Object(mut zone) = square(code, 117.99, 118.01) else {
        unreachable!("a feature is an object");
    };
    zone.insert(
        "properties".to_owned(),
        json!({ "code": code, "name": "某区域", "kind": "zone", "owner": owner }),
    );
    Value::Object(zone)
}

async fn send(admin: &Client, features: &[Value], datum: &str) -> Response {
    let file = json!({ "type": "FeatureCollection", "features": features }).to_string();
    admin
        .post(&format!("imports/areas?datum={datum}"))
        .body("application/geo+json", file)
        .await
}

#[tokio::test]
async fn an_import_tells_gaps_and_overlaps_with_their_area() {
    let app = TestApp::demo().await;
    app.execute("UPDATE areas SET valid_until = now()").await;
    let admin = app.login("admin").await;
    let districts = [square("1", 118.0, 118.1), square("2", 118.09, 118.2)];
    let answer = send(&admin, &districts, "wgs84").await.expect(200);
    assert_eq!(answer.at("/inserted"), 2);
    let overlaps = answer.list("/topology/overlaps");
    assert_eq!(overlaps.len(), 1);
    assert_eq!(overlaps[0]["between"], json!(["1", "2"]));
    // 0.01° × 0.1° at 37.05° N: 890 m × 11,100 m.
    let area_m2 = overlaps[0]["area_m2"].as_f64().expect("square metres");
    assert!((9.7e6..10.0e6).contains(&area_m2), "{area_m2}");
    assert_eq!(overlaps[0]["geometry"]["type"], "MultiPolygon");
    let again = admin.get("areas/topology").await.expect(200);
    assert_eq!(again.json, *answer.at("/topology"));
}

#[tokio::test]
async fn a_gap_and_an_overlap_are_given_owners_and_faults_in_them_go_there() {
    let app = TestApp::demo().await;
    app.execute("UPDATE areas SET valid_until = now()").await;
    let (admin, inspector) = (app.login("admin").await, app.login("inspector1").await);
    let clerk = app.login("clerk").await;
    let districts = [
        square("371602", 118.0, 118.1),
        square("371603", 118.09, 118.2),
        square("371621", 118.2005, 118.3),
    ];
    let topology = send(&admin, &districts, "wgs84").await.expect(200);
    let id = |list: &str| topology.str(&format!("/topology/{list}/0/id")).to_owned();
    assert_eq!(topology.at("/topology/gaps/0/owner"), &Value::Null);
    let own = |id: &str, unit: &str| {
        let body = json!({ "unit": unit, "name": "结合部" });
        admin
            .post(&format!("areas/topology/{id}/owner"))
            .json(&body)
    };
    own("0123456789abcdef", "371602003").await.expect(404);
    own(&id("gaps"), "nobody")
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/unit");
    for (list, unit, lon) in [
        ("gaps", "371602003", 118.200_25),
        ("overlaps", "371603", 118.095),
    ] {
        let before = story::report("371602").at(37.05, lon).item("E0106");
        let before = before.post(&inspector).await;
        assert_eq!(before.state, "triage", "{list}");
        let zone = own(&id(list), unit).await.expect(201);
        assert_eq!(zone.at("/kind"), "zone");
        assert_eq!(zone.at("/owner/code"), unit);
        let sent = story::report("371602")
            .at(37.05, lon)
            .post(&inspector)
            .await;
        assert_eq!(sent.state, "dispatched", "{list}: {:?}", sent.reasons);
        let seen = story::ticket(&clerk, &sent.ticket).await;
        assert_eq!(seen.at("/handling/routing/rule"), "zone");
        assert_eq!(seen.at("/handling/routing/unit/code"), unit);
        assert_eq!(seen.at("/handling/routing/polygon/name"), "结合部");
        let now = admin.get("areas/topology").await.expect(200);
        assert_eq!(now.at(&format!("/{list}/0/owner/code")), unit);
    }
    // Another owner is the zone's next version.
    own(&id("gaps"), "371621").await.expect(201);
    let zones = app
        .rows("SELECT valid_until IS NULL AS holds FROM areas WHERE kind = 'zone' ORDER BY valid_from, code")
        .await;
    assert_eq!(zones.len(), 3);
    assert_eq!(zones.iter().filter(|zone| zone["holds"] == true).count(), 2);
    app.finish().await;
}

#[tokio::test]
async fn the_datum_must_be_named() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let before = count(&app, "areas").await;
    let file = include_str!("../../../demo/districts.gcj02.geojson");
    admin
        .post("imports/areas")
        .body("application/geo+json", file)
        .await
        .expect_problem(422, "invalid")
        .expect_fault("datum");
    send(&admin, &[square("1", 118.0, 118.1)], "cgcs2000")
        .await
        .expect_problem(422, "invalid")
        .expect_fault("datum");
    admin
        .post("imports/units?datum=wgs84")
        .body("text/csv", "code")
        .await
        .expect_problem(422, "invalid")
        .expect_fault("datum");
    assert_eq!(count(&app, "areas").await, before);
}

#[tokio::test]
async fn a_changed_outline_is_a_new_version_that_another_process_sees() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let other_process = ReferenceCache::new();
    let mut conn = app.sql().await;
    let before = other_process.areas(&mut conn).await.expect("areas");
    let middle = Point::new(37.3835, 118.0130).expect("a point");
    let located = before.districts.locate(middle);
    let district = located.area.and_then(|idx| before.district(idx));
    assert_eq!(district, Some(("371602", "滨城区")));

    let gcj02 = include_str!("../../../demo/districts.gcj02.geojson");
    let answer = admin
        .post("imports/areas?datum=gcj02")
        .body("application/geo+json", gcj02)
        .await
        .expect(200);
    assert_eq!(answer.at("/updated"), 7);
    let after = other_process.areas(&mut conn).await.expect("areas");
    assert_ne!(before.districts.areas(), after.districts.areas());
    let former = app
        .rows("SELECT code FROM areas WHERE valid_until IS NOT NULL")
        .await;
    assert_eq!(former.len(), 7, "old versions stay");

    let again = admin
        .post("imports/areas?datum=gcj02")
        .body("application/geo+json", gcj02)
        .await
        .expect(200);
    assert_eq!(again.at("/updated"), 0, "the same file makes no version");
    let still = other_process.areas(&mut conn).await.expect("areas");
    assert!(
        std::sync::Arc::ptr_eq(&after, &still),
        "nothing is prepared twice"
    );
}

#[tokio::test]
async fn a_zone_has_an_owner() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let answer = send(&admin, &[zone("Z1", "371602-sanitation")], "wgs84")
        .await
        .expect(200);
    assert_eq!(answer.at("/inserted"), 1);
    let areas = app
        .svc
        .reference
        .areas(&mut app.sql().await)
        .await
        .expect("areas");
    let point = Point::new(37.05, 118.0).expect("a point");
    let zone_at = areas
        .zones
        .locate(point)
        .area
        .and_then(|idx| areas.zone(idx));
    let (code, _, owner) = zone_at.expect("the zone holds the point");
    assert_eq!(code, "Z1");
    let units = app
        .rows("SELECT id FROM units WHERE code = '371602-sanitation'")
        .await;
    assert_eq!(units[0]["id"], owner.to_string());
    let listed = admin.get("areas").await.expect(200);
    let zones: Vec<_> = listed
        .list("/items")
        .iter()
        .filter(|area| area["kind"] == "zone")
        .collect();
    assert_eq!(zones[0]["owner"]["code"], "371602-sanitation");
}

#[tokio::test]
async fn each_bad_feature_is_refused_with_its_number() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let before = count(&app, "areas").await;
    let mut nameless = square("9", 118.0, 118.1);
    nameless["properties"]["name"] = json!("");
    let mut crossed = square("9", 118.0, 118.1);
    crossed["geometry"]["coordinates"] = json!([[
        [118.0, 37.0],
        [118.1, 37.1],
        [118.1, 37.0],
        [118.0, 37.1],
        [118.0, 37.0]
    ]]);
    let mut spoilt = square("9", 118.0, 118.1);
    spoilt["properties"]["name"] = json!("区\u{0}");
    for (feature, place, word) in [
        (nameless, "feature 2", "name"),
        (crossed, "feature 2", "边界无效"),
        (spoilt, "feature 2", "控制字符"),
        (zone("9", "nobody"), "feature 2, column owner", "nobody"),
        (square("8", 118.0, 118.1), "feature 2", "重复"),
    ] {
        let answer = send(&admin, &[square("8", 118.2, 118.3), feature], "wgs84").await;
        super::assert_refused_at(answer, place, word);
    }
    let answer = send(&admin, &[], "wgs84").await;
    super::assert_refused_at(answer, "file", "没有");
    assert_eq!(
        count(&app, "areas").await,
        before,
        "nothing is half-imported"
    );
}
