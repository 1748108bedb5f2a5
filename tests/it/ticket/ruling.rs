//! Ownership rulings (确权) as precedents: listed, superseded, ended, on every server.

use serde_json::{Value, json};

use super::{SANITATION, city};
use crate::harness::story::{self, Draft, command, ticket};
use crate::harness::{Client, TestApp};

const METRE: f64 = 1.0 / 110_980.0;

/// Exposed garbage, so many metres north of a place of its own.
fn garbage(metres: f64) -> Draft {
    let [(_, lat, lon), ..] = story::INSIDE;
    story::report("371602").at(lat - 0.02 + metres * METRE, lon)
}

/// Returned twice, and ruled to be this unit's. Answers the ticket as the supervisor sees it.
async fn ruled(app: &TestApp, draft: Draft, holder: &str, unit: &str) -> Value {
    let inspector = app.login("inspector1").await;
    let (clerk, supervisor) = (app.login("clerk").await, app.login("supervisor").await);
    let officer = app.login(holder).await;
    let id = draft.post(&inspector).await.ticket;
    let not_ours = json!({ "reason": "not_our_duty", "text": "不属我单位" });
    command(&officer, &id, "return", not_ours.clone())
        .await
        .expect(200);
    let same = json!({ "unit": holder.strip_prefix("officer-"), "opinion": "仍由你单位办理" });
    command(&clerk, &id, "redispatch", same).await.expect(200);
    command(&officer, &id, "return", not_ours).await.expect(200);
    let body = json!({ "unit": unit, "opinion": "现场确认" });
    let seen = command(&supervisor, &id, "rule_ownership", body).await;
    seen.expect(200).json
}

async fn lead_of(client: &Client, id: &str) -> (Value, Value) {
    let seen = ticket(client, id).await;
    let number = seen.json.pointer("/handling/routing/ruling").cloned();
    (
        seen.at("/handling/routing/unit/code").clone(),
        number.unwrap_or_default(),
    )
}

#[tokio::test]
async fn a_ruling_is_listed_and_ended_and_routes_nothing_from_then_on() {
    let (app, inspector, _) = city().await;
    let beside = app.beside().await;
    let elsewhere = beside.client().login("inspector2").await;
    let (clerk, supervisor) = (app.login("clerk").await, app.login("supervisor").await);
    let made = ruled(&app, garbage(0.0), SANITATION, "371602-municipal_works").await;
    assert_eq!(made["handling"]["routing"]["ruling"], 1);
    command(
        &app.login("officer-371602-municipal_works").await,
        made["id"].as_str().expect("an id"),
        "acknowledge",
        json!({}),
    )
    .await
    .expect(200);
    story::ignore_duplicates(&app).await;

    let by_ruling = (json!("371602-municipal_works"), json!(1));
    for client in [&inspector, &elsewhere] {
        let next = garbage(20.0).post(client).await;
        assert_eq!(lead_of(&clerk, &next.ticket).await, by_ruling);
    }
    let listed = clerk
        .get("rulings?active=true&item=E0102&unit=371602")
        .await
        .expect(200);
    let ruling = &listed.list("/items")[0];
    assert_eq!(ruling["number"], 1);
    assert_eq!(ruling["unit"]["code"], "371602-municipal_works");
    assert_eq!(ruling["ticket"], made["id"]);
    assert_eq!(ruling["radius_m"], 30.0);
    assert_eq!(ruling["valid_until"], Value::Null);
    let id = ruling["id"].as_str().expect("an id");
    let none = clerk.get("rulings?unit=371603").await.expect(200);
    assert!(none.list("/items").is_empty());

    app.clock.set("2026-11-20 12:00");
    let path = format!("rulings/{id}/end");
    let why = json!({ "reason": "市政移交环卫" });
    clerk
        .post(&path)
        .json(&why)
        .await
        .expect_problem(403, "forbidden");
    supervisor
        .post(&path)
        .json(&json!({ "reason": " " }))
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/reason");
    let ended = supervisor.post(&path).json(&why).await.expect(200);
    assert_eq!(ended.at("/valid_until"), "2026-11-20T04:00:00Z");
    assert_eq!(ended.at("/end_reason"), "市政移交环卫");
    supervisor
        .post(&path)
        .json(&why)
        .await
        .expect_problem(409, "ruling_ended");
    for client in [&inspector, &elsewhere] {
        let next = garbage(20.0).post(client).await;
        let lead = lead_of(&clerk, &next.ticket).await;
        assert_eq!(lead, (json!("371602-sanitation"), Value::Null));
    }
    let over = clerk.get("rulings?active=false").await.expect(200);
    assert_eq!(over.at("/items/0"), &ended.json);
    assert_eq!(
        clerk.get(&format!("rulings/{id}")).await.expect(200).json,
        ended.json
    );
    app.finish().await;
}

#[tokio::test]
async fn a_later_ruling_for_a_place_takes_the_earlier_ones() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    story::ignore_duplicates(&app).await;
    ruled(&app, garbage(0.0), SANITATION, "371602-municipal_works").await;
    ruled(&app, garbage(500.0), SANITATION, "371602-landscape").await;
    app.clock.set("2026-11-20 11:00");
    ruled(
        &app,
        garbage(10.0),
        "officer-371602-municipal_works",
        "371602003",
    )
    .await;

    let listed = clerk.get("rulings").await.expect(200);
    let ends = listed
        .list("/items")
        .iter()
        .map(|it| (it["number"].clone(), it["superseded_by"].clone()));
    assert_eq!(
        ends.collect::<Vec<_>>(),
        [
            (json!(3), Value::Null),
            (json!(2), Value::Null),
            (json!(1), json!(3))
        ]
    );
    assert_eq!(listed.at("/items/2/valid_until"), "2026-11-20T03:00:00Z");
    let next = garbage(-15.0).post(&inspector).await;
    let lead = lead_of(&clerk, &next.ticket).await;
    // 25 m from the later ruling's place.
    assert_eq!(lead, (json!("371602003"), json!(3)));
    app.finish().await;
}
