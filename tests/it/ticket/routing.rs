//! Which unit leads, and why: the six rules over HTTP, and what the ticket says of them.

use serde::Deserialize;
use serde_json::{Value, json};
use xuncha::domain::geo::{Point, distance_m};

use crate::harness::story::{self, command, ticket};
use crate::harness::{Client, Response, TestApp};

/// 20 m from the border between Bincheng and Zhanhua, on Bincheng's side.
const AT_THE_BORDER: (f64, f64) = (37.590_447_7, 117.986_264_8);

async fn desk() -> (TestApp, Client, Client) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let clerk = app.login("clerk").await;
    (app, inspector, clerk)
}

async fn set_policy(app: &TestApp, key: &str, value: Value) {
    let admin = app.login("admin").await;
    let body = json!({ "changes": { key: value } });
    admin.put("policies").json(&body).await.expect(200);
}

async fn point_id(client: &Client, code: &str) -> String {
    let page = client.get("points?limit=500").await.expect(200);
    let found = page
        .list("/items")
        .iter()
        .find(|point| point["code"] == code);
    found.expect("a check point")["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn lead(seen: &Response) -> (&str, &str) {
    (
        seen.str("/handling/routing/rule"),
        seen.str("/handling/routing/unit/code"),
    )
}

#[tokio::test]
async fn at_a_border_the_centre_wins_where_the_policy_says_so_and_the_ticket_tells() {
    let (app, inspector, clerk) = desk().await;
    story::ignore_duplicates(&app).await;
    let (lat, lon) = AT_THE_BORDER;
    let draft = || story::report("371602").at(lat, lon).accuracy(Some(30.0));
    let doubtful = draft().post(&inspector).await;
    assert_eq!(doubtful.reasons, ["border_ambiguous"]);
    let filed = command(&clerk, &doubtful.ticket, "file", json!({}))
        .await
        .expect(200);
    assert_eq!(lead(&filed), ("subject_unit", "371602-sanitation"));
    assert_eq!(filed.list("/handling/routing/candidates").len(), 2);

    set_policy(&app, "routing.border", json!("centre_wins")).await;
    let sent = draft().post(&inspector).await;
    assert_eq!(sent.state, "dispatched");
    let seen = ticket(&clerk, &sent.ticket).await;
    assert_eq!(lead(&seen), ("subject_unit", "371602-sanitation"));
    assert_eq!(seen.at("/handling/routing/reason"), "border_centre_wins");
    assert_eq!(seen.at("/handling/routing/candidates/1/code"), "371603");
    app.finish().await;
}

#[tokio::test]
async fn a_check_point_is_its_owners_and_lends_its_position() {
    let (app, inspector, clerk) = desk().await;
    let mall = point_id(&inspector, "P003").await;
    let sent = story::report("371602")
        .at_point(&mall)
        .without_fix()
        .post(&inspector)
        .await;
    assert_eq!(sent.state, "dispatched", "{:?}", sent.reasons);
    let seen = ticket(&clerk, &sent.ticket).await;
    assert_eq!(lead(&seen), ("point_owner", "371602-market_supervision"));
    assert_eq!(seen.at("/handling/routing/position"), "check_point");
    assert_eq!(seen.at("/point/name"), "银座商城黄河店");
    assert_eq!(seen.at("/position/lat"), 37.381_2);
    assert_eq!(seen.at("/district/code"), "371602");

    // Its owner does not hang on where the border is.
    let (lat, lon) = AT_THE_BORDER;
    let draft = story::report("371602")
        .at_point(&mall)
        .at(lat, lon)
        .accuracy(Some(30.0));
    assert_eq!(draft.post(&inspector).await.state, "dispatched");

    let hall = point_id(&inspector, "P001").await; // nobody's
    let sent = story::report("371602")
        .at_point(&hall)
        .without_fix()
        .post(&inspector)
        .await;
    let seen = ticket(&clerk, &sent.ticket).await;
    assert_eq!(lead(&seen), ("subject_unit", "371602-sanitation"));
    app.finish().await;
}

#[tokio::test]
async fn a_zone_with_an_owner_of_its_own_comes_before_check_point_and_subject() {
    let (app, inspector, clerk) = desk().await;
    let [(_, lat, lon), ..] = story::INSIDE;
    let (south, north, west, east) = (lat - 0.002, lat + 0.002, lon - 0.002, lon + 0.002);
    let ring = [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ];
    let zone = json!({
        "type": "FeatureCollection",
        "features": [{
            "type": "Feature",
            "properties": { "code": "Z01", "name": "油地交叉区域一号", "kind": "zone", "owner": "371602003" },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        }],
    });
    let admin = app.login("admin").await;
    let import = admin
        .post("imports/areas?datum=wgs84")
        .body("application/geo+json", zone.to_string());
    import.await.expect(200);

    let sent = story::report("371602").post(&inspector).await;
    let seen = ticket(&clerk, &sent.ticket).await;
    assert_eq!(lead(&seen), ("zone", "371602003"));
    assert_eq!(seen.at("/handling/routing/polygon/code"), "Z01");
    assert_eq!(seen.at("/district/code"), "371602");
    let mall = point_id(&inspector, "P003").await;
    let sent = story::report("371602")
        .at_point(&mall)
        .post(&inspector)
        .await;
    assert_eq!(
        lead(&ticket(&clerk, &sent.ticket).await),
        ("zone", "371602003")
    );
    let outside = story::report("371602")
        .at(lat + 0.01, lon)
        .post(&inspector)
        .await;
    let seen = ticket(&clerk, &outside.ticket).await;
    assert_eq!(lead(&seen), ("subject_unit", "371602-sanitation"));
    app.finish().await;
}

#[tokio::test]
async fn a_subject_without_a_unit_there_is_the_district_offices_with_the_reason() {
    let (app, inspector, clerk) = desk().await;
    for (item, reason) in [
        ("E0507", "no_unit_for_subject:street_office"),
        ("E0108", "no_unit_for_subject:community"),
        ("W0506", "no_unit_for_subject:competent_department"),
        ("W0601", "point_owner_unknown"),
    ] {
        let sent = story::report("371621").item(item).post(&inspector).await;
        assert_eq!(sent.state, "dispatched");
        let seen = ticket(&clerk, &sent.ticket).await;
        assert_eq!(lead(&seen), ("district_office", "371621"));
        assert_eq!(seen.at("/handling/routing/reason"), reason);
    }
    app.finish().await;
}

#[tokio::test]
async fn cooperating_parties_that_are_no_unit_stay_as_text() {
    let (app, inspector, clerk) = desk().await;
    let sent = story::report("371602").item("E0506").post(&inspector).await;
    let seen = ticket(&clerk, &sent.ticket).await;
    assert_eq!(seen.at("/handling/cooperating"), &json!(["operator"]));
    app.finish().await;
}

#[tokio::test]
async fn what_nobody_has_is_the_fallback_owners_or_a_doubt() {
    let (app, inspector, clerk) = desk().await;
    let beijing = || story::report("371602").at(39.9087, 116.3975);
    let sent = beijing().post(&inspector).await;
    let seen = ticket(&clerk, &sent.ticket).await;
    assert_eq!(lead(&seen), ("city_fallback", "371600"));
    assert_eq!(
        seen.at("/handling/routing/reason"),
        "outside_every_district"
    );

    set_policy(&app, "routing.fallback_unit", json!(null)).await;
    let sent = beijing().post(&inspector).await;
    assert_eq!(sent.reasons, ["outside_city", "no_owner"]);
    let refused = command(&clerk, &sent.ticket, "file", json!({})).await;
    refused
        .expect_problem(422, "invalid")
        .expect_fault("/lead_unit");
    let named = command(
        &clerk,
        &sent.ticket,
        "file",
        json!({ "lead_unit": "371681" }),
    )
    .await
    .expect(200);
    assert_eq!(lead(&named), ("person", "371681"));
    app.finish().await;
}

#[derive(Deserialize)]
struct DatumVector {
    adcode: String,
    wgs: [f64; 2],
    gcj: [f64; 2],
    bd: [f64; 2],
}

#[tokio::test]
async fn a_position_is_the_same_place_in_every_datum() {
    let (app, inspector, clerk) = desk().await;
    let fixture = include_str!("../fixtures/geo/datum-vectors.json");
    let vectors: Vec<DatumVector> = serde_json::from_str(fixture).expect("the fixture");
    for vector in vectors.iter().step_by(4) {
        let [lon, lat] = vector.wgs;
        let truth = Point::new(lat, lon).expect("a position");
        for (datum, [lon, lat]) in [("gcj02", vector.gcj), ("bd09", vector.bd)] {
            let sent = story::report("371602")
                .at(lat, lon)
                .datum(datum)
                .post(&inspector)
                .await;
            let seen = ticket(&clerk, &sent.ticket).await;
            assert_eq!(seen.at("/district/code"), vector.adcode.as_str());
            let degrees = |pointer: &str| seen.at(pointer).as_f64().expect("degrees");
            let point = Point::new(degrees("/position/lat"), degrees("/position/lon"));
            let off_m = distance_m(truth, point.expect("a position"));
            assert!(off_m < 1.0, "{datum}: {off_m} m off");
            let back = clerk
                .get(&format!("tickets/{}?datum={datum}", sent.ticket))
                .await
                .expect(200);
            let (shown, sent) = (back.at("/position/lon").as_f64().expect("degrees"), lon);
            assert!((shown - sent).abs() < 1e-5, "{datum}: {shown} for {sent}");
        }
    }
    app.finish().await;
}
