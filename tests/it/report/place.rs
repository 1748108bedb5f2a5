//! Where it was: what counts as a position, and that none never blocks a report.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{report, send, with};
use crate::harness::{Client, Response, TestApp, story};

fn at(geo: Value) -> Value {
    with(report(), "/geo", geo)
}

fn reasons(answer: &Response) -> Vec<&str> {
    let reasons = answer.list("/findings/0/ticket/reasons");
    reasons.iter().filter_map(Value::as_str).collect()
}

async fn point_id(client: &Client, code: &str) -> Uuid {
    let points = client.get("points?limit=100").await.expect(200);
    let found = points.list("/items").iter().find(|p| p["code"] == code);
    serde_json::from_value(found.expect("a demo point")["id"].clone()).expect("a UUID")
}

#[tokio::test]
async fn a_position_never_blocks_a_report_and_every_doubt_is_listed() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    story::ignore_duplicates(&app).await;
    let here = json!({ "lat": 37.3841, "lon": 118.0190, "datum": "wgs84", "acc_m": 8 });
    let cases = [
        (Value::Null, vec!["position_missing"]),
        (
            json!({ "lat": 0, "lon": 0.0, "datum": "wgs84", "acc_m": 5 }),
            vec!["position_missing"],
        ),
        (
            with(here.clone(), "/fix_age_ms", json!(120_001)),
            vec!["position_missing"],
        ),
        (with(here.clone(), "/fix_age_ms", json!(120_000)), vec![]),
        (with(here.clone(), "/mock", json!(true)), vec![]),
        (
            with(here.clone(), "/acc_m", json!(100.5)),
            vec!["position_weak"],
        ),
        (
            with(here.clone(), "/acc_m", Value::Null),
            vec!["position_weak"],
        ),
        (
            with(here.clone(), "/acc_m", json!(10_000_000)),
            vec!["position_weak", "border_ambiguous"],
        ),
        (
            json!({ "lat": 39.9087, "lon": 116.3975, "datum": "wgs84", "acc_m": 5 }),
            vec!["outside_city"],
        ),
        (
            json!({ "lat": -90, "lon": -180, "datum": "bd09", "acc_m": 5 }),
            vec!["outside_city"],
        ),
    ];
    for (geo, expected) in cases {
        let answer = send(&inspector, &at(geo.clone())).await.expect(201);
        let mut found = reasons(&answer);
        // Nobody owns what is nowhere; whether the city names a fallback owner is another story.
        found.retain(|reason| *reason != "no_owner");
        assert_eq!(found, expected, "{geo}");
        let state = answer.str("/findings/0/ticket/state");
        let filed = expected.is_empty();
        assert_eq!(state == "dispatched", filed, "{geo}: {state}");
        let missing = expected.contains(&"position_missing");
        assert_eq!(answer.at("/position").is_null(), missing, "{geo}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_check_points_position_stands_in_for_a_missing_one() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    story::ignore_duplicates(&app).await;
    let point = point_id(&inspector, "P014").await;
    let stale =
        json!({ "lat": 36.0, "lon": 117.0, "datum": "wgs84", "acc_m": 5, "fix_age_ms": 600_000 });
    for geo in [Value::Null, stale] {
        let report = with(at(geo), "/data/point", json!(point));
        let answer = send(&inspector, &report).await.expect(201);
        assert_eq!(reasons(&answer), [""; 0]);
        assert!(
            answer.at("/position").is_null(),
            "the report says what the phone knew"
        );
        let clerk = app.login("clerk").await;
        let ticket = format!("tickets/{}", answer.str("/findings/0/ticket/id"));
        let ticket = clerk.get(&ticket).await.expect(200);
        assert_eq!(
            ticket.at("/position"),
            &json!({ "lat": 37.3874, "lon": 118.0101 })
        );
        assert_eq!(ticket.str("/handling/routing/rule"), "point_owner");
        assert_eq!(ticket.str("/point/name"), "蒲园公厕");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_position_in_another_datum_is_kept_raw_and_read_in_wgs84() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let geo = json!({ "lat": 37.3841, "lon": 118.0190, "datum": "gcj02", "acc_m": 8 });
    let answer = send(&inspector, &at(geo)).await.expect(201);
    let lon = answer.at("/position/lon").as_f64().expect("a number");
    assert!(
        (0.004..0.008).contains(&(118.0190 - lon)),
        "about 500 m east in GCJ-02: {lon}"
    );
    let rows = app
        .rows("SELECT raw_lat, raw_lon, datum FROM reports")
        .await;
    assert_eq!(
        rows,
        [json!({ "raw_lat": 37.3841, "raw_lon": 118.019, "datum": "gcj02" })]
    );
    app.finish().await;
}

#[tokio::test]
async fn reports_from_seven_districts_land_with_seven_units() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let districts = [
        ("371602", 37.3841, 118.0190),
        ("371603", 37.6985, 118.1010),
        ("371621", 37.4885, 117.5100),
        ("371622", 37.6405, 117.5800),
        ("371623", 37.7500, 117.6300),
        ("371625", 37.1560, 118.1200),
        ("371681", 36.8720, 117.7420),
    ];
    let mut tickets = Vec::new();
    for (district, lat, lon) in districts {
        let geo = json!({ "lat": lat, "lon": lon, "datum": "wgs84", "acc_m": 10 });
        let answer = send(&inspector, &at(geo)).await.expect(201);
        assert_eq!(reasons(&answer), [""; 0], "{district}");
        tickets.push((district, answer.at("/findings/0/ticket/id").clone()));
    }
    for (district, ticket) in tickets {
        for officer in [
            format!("officer-{district}"),
            format!("officer-{district}-sanitation"),
        ] {
            let seen = app.login(&officer).await.get("tickets").await.expect(200);
            let ids: Vec<&Value> = seen.list("/items").iter().map(|item| &item["id"]).collect();
            assert_eq!(ids, [&ticket], "{officer}");
            assert_eq!(seen.str("/items/0/district/code"), district);
        }
    }
    app.finish().await;
}
