//! Tickets on the map.

use serde_json::{Value, json};
use xuncha::domain::ticket::map::coarse_enough;

use super::{city, copies, four_hours};
use crate::harness::story::{self, command};
use crate::harness::{Client, TestApp};

/// How many tickets the features stand for, and the features.
pub async fn map(client: &Client, query: &str) -> (i64, Vec<Value>) {
    let answer = client
        .get(&format!("tickets.geojson{query}"))
        .await
        .expect(200);
    assert_eq!(answer.header("content-type"), Some("application/geo+json"));
    assert_eq!(answer.at("/type"), "FeatureCollection");
    let features = answer.list("/features").to_vec();
    let counts = features
        .iter()
        .map(|feature| feature.pointer("/properties/count").and_then(Value::as_i64))
        .map(|count| count.unwrap_or(1));
    (counts.sum(), features)
}

/// What the map shows at each level that is counted for itself, and between two of them, against a recount of the tickets themselves: of all
/// units, and of one.
pub async fn is_that_of_a_recount(app: &TestApp, supervisor: &Client) {
    for (zoom, in_a_degree, coarse) in [(15, 512, 0), (13, 128, 0), (12, 128, 1), (11, 32, 0)] {
        for (unit, only) in [
            ("", "true"),
            ("&unit=371602-sanitation", "u.code = '371602-sanitation'"),
        ] {
            let recounted = app
                .rows(&format!(
                    "SELECT (avg(floor(lat * {in_a_degree})) + 0.5) / {in_a_degree} AS lat,
                            (avg(floor(lon * {in_a_degree})) + 0.5) / {in_a_degree} AS lon,
                            count(*), count(*) FILTER (WHERE state <> 'closed') AS open
                       FROM tickets t JOIN units u ON u.id = t.lead_unit_id
                      WHERE number IS NOT NULL AND state <> 'voided' AND lat IS NOT NULL AND {only}
                      GROUP BY floor(lat * {in_a_degree})::integer >> {coarse}, floor(lon * {in_a_degree})::integer >> {coarse}
                      ORDER BY floor(lat * {in_a_degree})::integer >> {coarse}, floor(lon * {in_a_degree})::integer >> {coarse}"
                ))
                .await;
            let (_, clusters) = map(supervisor, &format!("?zoom={zoom}&state=all{unit}")).await;
            let shown: Vec<Value> = clusters
                .iter()
                .map(|cluster| {
                    let part = |pointer| cluster.pointer(pointer).expect("a part of a cluster");
                    json!({
                        "lat": part("/geometry/coordinates/1"),
                        "lon": part("/geometry/coordinates/0"),
                        "count": part("/properties/count"),
                        "open": part("/properties/open"),
                    })
                })
                .collect();
            assert_eq!(shown, recounted, "zoom {zoom}{unit}");
        }
    }
}

#[tokio::test]
async fn the_map_shows_clusters_from_afar_and_tickets_close_by() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(four_hours(&inspector).await);
    }
    story::report("371603").post(&inspector).await;
    story::report("371602")
        .fixed_on_site()
        .post(&inspector)
        .await;
    story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await; // Triage: on no map.
    let (count, clusters) = map(&supervisor, "").await;
    assert_eq!((count, clusters.len()), (4, 2), "{clusters:?}");
    assert_eq!(map(&supervisor, "?state=all").await.0, 5);
    assert_eq!(map(&supervisor, "?state=closed").await.0, 1);
    assert_eq!(map(&supervisor, "?zoom=3").await.1.len(), 1);
    assert_eq!(map(&officer, "").await.0, 3, "its own");
    let bincheng = "bbox=117.9,37.4,118.1,37.5";
    assert_eq!(map(&supervisor, &format!("?{bincheng}&zoom=13")).await.0, 3);
    app.clock.set("2026-11-23 09:00");
    command(&officer, &sent[0].ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    let (_, pins) = map(&supervisor, &format!("?{bincheng}&zoom=17")).await;
    assert_eq!(pins.len(), 3);
    let mine = pins
        .iter()
        .find(|pin| pin["properties"]["id"] == sent[0].ticket.as_str())
        .expect("the ticket");
    assert_eq!(mine["properties"]["state"], "rectifying");
    assert_eq!(mine["properties"]["overdue"], true);
    let seen = story::ticket(&supervisor, &sent[0].ticket).await;
    let at = &mine["geometry"]["coordinates"];
    assert_eq!(
        (&at[0], &at[1]),
        (seen.at("/position/lon"), seen.at("/position/lat"))
    );
    for query in ["?zoom=23", "?bbox=1,2,3", "?state=lost"] {
        let refused = supervisor.get(&format!("tickets.geojson{query}")).await;
        refused.expect_problem(422, "invalid_query");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_box_that_is_too_large_for_its_zoom_level_has_coarser_clusters() {
    let (app, inspector, supervisor) = city().await;
    copies(&app, &four_hours(&inspector).await.ticket, 40).await;
    // Two in cells beside each other, the others far away from them and from one another.
    app.execute(
        "UPDATE tickets t SET lat = 37 + CASE WHEN n < 2 THEN n / 512.0 ELSE n / 8.0 END, lon = 118.001
           FROM (SELECT id, row_number() OVER () - 1 AS n FROM tickets) r WHERE r.id = t.id",
    )
    .await;
    for (query, clusters) in [
        ("?zoom=15&bbox=118.0,37.0,118.01,37.01", 2),
        ("?zoom=15", 40),
        ("?zoom=17", 40),
        ("?zoom=17&bbox=118.0,37.0,118.01,37.01", 2),
    ] {
        let (count, shown) = map(&supervisor, query).await;
        let all = if query.contains("bbox") { 2 } else { 41 };
        assert_eq!((count, shown.len()), (all, clusters), "{query}");
    }
    app.finish().await;
}

#[test]
fn clusters_are_as_fine_as_an_answer_can_hold() {
    for (squares, coarse) in [
        (0, 0),
        (32, 0),
        (33, 1),
        (512, 2),
        (513, 3),
        (2_049, 4),
        (u64::MAX, 4),
    ] {
        assert_eq!(coarse_enough(squares), coarse, "{squares}");
    }
}
