//! People of places (街(路)长、点位长、包保领导): a ticket shows who had the duty when it was dispatched, and a sponsor reads what it stands
//! for.

use serde_json::{Value, json};

use super::{city, newcomer};
use crate::harness::story::{self, ticket};
use crate::harness::{Client, Response};

async fn record(admin: &Client, body: Value) -> Response {
    admin.post("duties").json(&body).await
}

fn people(seen: &Response) -> Vec<(Value, Value)> {
    let duties = seen.list("/handling/duties").iter();
    duties
        .map(|duty| (duty["kind"].clone(), duty["person"].clone()))
        .collect()
}

#[tokio::test]
async fn a_ticket_shows_who_answered_for_its_place_when_it_was_dispatched() {
    let (app, inspector, officer) = city().await;
    let (admin, clerk) = (app.login("admin").await, app.login("clerk").await);
    let point = app
        .rows("SELECT id FROM check_points WHERE code = 'P001'")
        .await;
    let point = point[0]["id"].clone();
    let at_point =
        json!({ "kind": "point_chief", "point": point, "person": "张某", "phone": "0543-1" });
    let first = record(&admin, at_point).await.expect(201);
    for (kind, place, value, person) in [
        ("sponsor", "area", json!("371602"), "李某"),
        ("street_chief", "unit", json!("371602-sanitation"), "王某"),
        ("frontage", "unit", json!("371603"), "另一处"),
    ] {
        let body = json!({ "kind": kind, place: value, "person": person });
        record(&admin, body).await.expect(201);
    }
    app.clock.set("2026-11-20 11:00");
    let hall = story::report("371602").at_point(point.as_str().expect("an id"));
    let old = hall.clone().post(&inspector).await.ticket;
    app.clock.set("2026-11-20 12:00");
    let ended = format!("duties/{}/end", first.str("/id"));
    let answer = admin.post(&ended).json(&json!({})).await.expect(200);
    assert_eq!(answer.at("/valid_until"), "2026-11-20T04:00:00Z");
    admin
        .post(&ended)
        .json(&json!({}))
        .await
        .expect_problem(409, "duty_ended");
    let next = json!({ "kind": "point_chief", "point": point, "person": "赵某" });
    record(&admin, next).await.expect(201);
    app.clock.set("2026-11-20 14:00");
    let new = story::report("371602")
        .at_point(point.as_str().expect("an id"))
        .post(&inspector)
        .await
        .ticket;

    let chief = |person: &str| {
        vec![
            (json!("point_chief"), json!(person)),
            (json!("sponsor"), json!("李某")),
            (json!("street_chief"), json!("王某")),
        ]
    };
    for reader in [&clerk, &officer] {
        assert_eq!(people(&ticket(reader, &old).await), chief("张某"));
        assert_eq!(people(&ticket(reader, &new).await), chief("赵某"));
    }
    let seen = ticket(&clerk, &old).await;
    assert_eq!(seen.at("/handling/duties/0/phone"), "0543-1");
    // That a duty has ended is known at once, though none is recorded after it.
    app.clock.set("2026-11-20 15:00");
    let lasting = clerk.get("duties?kind=sponsor&active=true").await;
    let of_sponsor = format!("duties/{}/end", lasting.expect(200).str("/items/0/id"));
    admin.post(&of_sponsor).json(&json!({})).await.expect(200);
    app.clock.set("2026-11-20 15:30");
    let later = story::report("371602").item("E0106").post(&inspector).await;
    assert_eq!(people(&ticket(&clerk, &later.ticket).await), []);
    let own = ticket(&inspector, &old).await;
    assert!(!own.text().contains("张某"));

    let of_point = format!("duties?point={}", point.as_str().expect("an id"));
    let listed = clerk
        .get(&format!("{of_point}&active=true"))
        .await
        .expect(200);
    assert_eq!(listed.list("/items").len(), 1);
    assert_eq!(listed.at("/items/0/person"), "赵某");
    assert_eq!(
        clerk.get(&of_point).await.expect(200).list("/items").len(),
        2
    );
    app.finish().await;
}

#[tokio::test]
async fn a_sponsor_reads_the_tickets_of_its_own_places_while_it_stands_for_them() {
    let (app, inspector, _) = city().await;
    let admin = app.login("admin").await;
    let sponsor = newcomer(&app, "sponsor1", "sponsor", "371602003").await;
    let account = sponsor.get("me").await.expect(200).at("/id").clone();
    let point = app
        .rows("SELECT id FROM check_points WHERE code = 'P001'")
        .await;
    let point = point[0]["id"].as_str().expect("an id").to_owned();
    let at_point = story::report("371602")
        .at_point(&point)
        .post(&inspector)
        .await;
    let there = story::report("371603").post(&inspector).await;
    let power = story::report("371602").item("E0106").post(&inspector).await;
    let waiting = story::report("371603")
        .accuracy(None)
        .post(&inspector)
        .await;
    let reads = async || {
        let page = sponsor.get("tickets").await.expect(200);
        let ids = page.list("/items").iter().map(|item| item["id"].clone());
        let mut ids: Vec<Value> = ids.collect();
        ids.sort_by_key(Value::to_string);
        ids
    };
    let sorted = |ids: &[&str]| {
        let mut ids: Vec<Value> = ids.iter().map(|id| json!(id)).collect();
        ids.sort_by_key(Value::to_string);
        ids
    };
    assert_eq!(reads().await, sorted(&[]));
    let stands_for = async |place: &str, value: Value| {
        let body = json!({ "kind": "sponsor", place: value, "person": "李某", "account": account });
        let duty = record(&admin, body).await.expect(201);
        format!("duties/{}/end", duty.str("/id"))
    };
    let of_point = stands_for("point", json!(point)).await;
    assert_eq!(reads().await, sorted(&[&at_point.ticket]));
    stands_for("area", json!("371603")).await;
    assert_eq!(reads().await, sorted(&[&at_point.ticket, &there.ticket]));
    stands_for("unit", json!("371602-landscape")).await;
    let all = [&*at_point.ticket, &there.ticket, &power.ticket];
    assert_eq!(reads().await, sorted(&all));
    ticket(&sponsor, &power.ticket).await;
    // What is not filed is the office's.
    sponsor
        .get(&format!("tickets/{}", waiting.ticket))
        .await
        .expect(404);
    admin.post(&of_point).json(&json!({})).await.expect(200);
    assert_eq!(reads().await, sorted(&[&there.ticket, &power.ticket]));
    sponsor
        .get(&format!("tickets/{}", at_point.ticket))
        .await
        .expect(404);
    app.finish().await;
}

#[tokio::test]
async fn a_duty_that_cannot_be_is_refused() {
    let (app, ..) = city().await;
    let admin = app.login("admin").await;
    let clerk = app.login("clerk").await.get("me").await.expect(200);
    let cases = [
        (
            json!({ "kind": "king", "unit": "371602", "person": "某" }),
            "/kind",
        ),
        (
            json!({ "kind": "sponsor", "unit": "371602", "person": " " }),
            "/person",
        ),
        (json!({ "kind": "sponsor", "person": "某" }), ""),
        (
            json!({ "kind": "sponsor", "unit": "371602", "area": "371602", "person": "某" }),
            "",
        ),
        (
            json!({ "kind": "sponsor", "unit": "nobody", "person": "某" }),
            "/unit",
        ),
        (
            json!({ "kind": "sponsor", "area": "nowhere", "person": "某" }),
            "/area",
        ),
        (
            json!({ "kind": "sponsor", "point": uuid::Uuid::new_v4(), "person": "某" }),
            "/point",
        ),
        (
            json!({ "kind": "sponsor", "unit": "371602", "person": "某", "account": clerk.at("/id") }),
            "/account",
        ),
        (
            json!({ "kind": "sponsor", "unit": "371602", "person": "某", "valid_from": "2026-11-21T00:00:00Z" }),
            "/valid_from",
        ),
    ];
    for (body, pointer) in cases {
        record(&admin, body)
            .await
            .expect_problem(422, "invalid")
            .expect_fault(pointer);
    }
    let none = app.rows("SELECT id FROM duties").await;
    assert!(none.is_empty());
    app.finish().await;
}
