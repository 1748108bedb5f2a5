//! The 216 points either side of the nine shared borders, through the front door.

use std::collections::HashMap;

use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::Value;

use crate::harness::story::{self, Sent};
use crate::harness::{Client, TestApp};

#[derive(Deserialize)]
struct BorderPoint {
    expected: String,
    border_m: f64,
    rival_m: f64,
    pair: [String; 2],
    lonlat: [f64; 2],
}

fn border_points() -> Vec<BorderPoint> {
    let fixture = include_str!("../fixtures/geo/border-points.json");
    let points: Vec<BorderPoint> = serde_json::from_str(fixture).expect("the fixture");
    assert_eq!(points.len(), 216);
    points
}

/// Reports every point at this accuracy: the point, what was answered, and the ticket as the clerk sees it.
async fn reported(app: &TestApp, acc_m: f64) -> Vec<(BorderPoint, Sent, Value)> {
    let inspector = app.login("inspector1").await;
    story::ignore_duplicates(app).await;
    let mut sent = Vec::new();
    for points in border_points().chunks(24) {
        let reports = points.iter().map(|point| {
            let [lon, lat] = point.lonlat;
            let draft = story::report("371602").at(lat, lon).accuracy(Some(acc_m));
            draft.post(&inspector)
        });
        sent.extend(join_all(reports).await);
    }
    let mut tickets = tickets(&app.login("clerk").await).await;
    let points = border_points().into_iter().zip(sent);
    points
        .map(|(point, sent)| {
            let ticket = tickets
                .remove(&sent.ticket)
                .expect("each report has its ticket");
            (point, sent, ticket)
        })
        .collect()
}

async fn tickets(clerk: &Client) -> HashMap<String, Value> {
    let page = clerk.get("tickets?limit=500").await.expect(200);
    let items = page.list("/items").iter();
    let id = |ticket: &Value| ticket["id"].as_str().expect("an id").to_owned();
    items.map(|ticket| (id(ticket), ticket.clone())).collect()
}

fn near(measured: &Value, expected: f64) -> bool {
    let measured = measured.as_f64().expect("metres");
    (measured - expected).abs() <= expected * 0.02
}

#[tokio::test]
async fn an_exact_position_belongs_to_its_side_of_the_border() {
    let app = TestApp::demo().await;
    for (point, sent, ticket) in reported(&app, 0.0).await {
        assert_eq!(sent.state, "dispatched", "{ticket}");
        assert_eq!(ticket["district"]["code"], point.expected.as_str());
        let routing = &ticket["handling"]["routing"];
        let unit = routing["unit"]["code"].as_str().expect("a unit");
        assert_eq!(unit, format!("{}-sanitation", point.expected));
        assert!(
            near(&routing["border_m"], point.border_m),
            "{} m: {routing}",
            point.border_m
        );
        assert!(
            near(&routing["rival"]["metres"], point.rival_m),
            "{} m: {routing}",
            point.rival_m
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_position_whose_circle_reaches_over_the_border_waits_for_a_clerk() {
    let app = TestApp::demo().await;
    for (point, sent, ticket) in reported(&app, 30.0).await {
        let routing = &ticket["handling"]["routing"];
        assert_eq!(ticket["district"]["code"], point.expected.as_str());
        if point.rival_m > 30.0 {
            assert_eq!(
                (sent.state.as_str(), sent.reasons.len()),
                ("dispatched", 0),
                "{routing}"
            );
            assert_eq!(routing.get("candidates"), None);
            continue;
        }
        assert_eq!(
            (sent.state.as_str(), sent.reasons),
            ("triage", vec!["border_ambiguous".to_owned()])
        );
        let candidates = routing["candidates"].as_array().expect("candidates");
        let codes: Vec<&str> = candidates
            .iter()
            .filter_map(|area| area["code"].as_str())
            .collect();
        assert!(
            codes.len() >= 2 && point.pair.iter().all(|code| codes.contains(&code.as_str())),
            "{routing}"
        );
        assert!(
            near(&routing["rival"]["metres"], point.rival_m),
            "{} m: {routing}",
            point.rival_m
        );
    }
    app.finish().await;
}
