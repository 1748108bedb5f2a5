//! A fault that has an open ticket already (重复上报): suggested to a clerk, or joined to that ticket by itself, whoever else
//! reports it at the same time.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::city;
use crate::harness::story::{self, Draft, command, ticket};
use crate::harness::{Client, TestApp};

/// Degrees of latitude that a metre is.
const METRE: f64 = 1.0 / 110_980.0;

/// Exposed garbage, so many metres north of a place that no other report of the test is near.
fn garbage(metres: f64) -> Draft {
    let [(_, lat, lon), ..] = story::INSIDE;
    story::report("371602").at(lat - 0.02 + metres * METRE, lon)
}

async fn set(app: &TestApp, key: &str, value: Value) {
    let admin = app.login("admin").await;
    let changes = json!({ "changes": { key: value } });
    admin.put("policies").json(&changes).await.expect(200);
}

async fn count(app: &TestApp, condition: &str) -> i64 {
    let rows = app
        .rows(&format!(
            "SELECT count(*) AS n FROM tickets WHERE {condition}"
        ))
        .await;
    let row = rows.first().and_then(|row| row.get("n")?.as_i64());
    row.expect("a number")
}

#[tokio::test]
async fn a_second_report_of_a_fault_waits_with_what_it_may_be_a_sighting_of() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let other = app.login("inspector2").await;
    let first = garbage(0.0).send(&inspector).await;
    app.clock.set("2026-11-20 11:00");
    let second = garbage(12.0).send(&other).await;
    assert_eq!(second.state, "triage");
    assert_eq!(second.reasons, ["possible_duplicate"]);

    let waiting = clerk.get("triage").await.expect(200);
    let photo = |seen: &Value| seen["photos"][0]["id"].clone();
    let master = ticket(&clerk, &first.ticket).await;
    let expected = json!([{
        "ticket": first.ticket, "number": "2026-000001", "state": "dispatched", "metres": 12.0, "age_s": 3_600,
        "photo": photo(&master.json), "own_photo": photo(waiting.at("/items/0")),
    }]);
    assert_eq!(waiting.at("/items/0/suggestions"), &expected);
    let seen = ticket(&clerk, &second.ticket).await;
    assert_eq!(seen.at("/suggestions"), &expected);
    assert_eq!(master.json.pointer("/suggestions"), None);
    assert!(photo(&master.json).is_string() && photo(waiting.at("/items/0")).is_string());
    // Neither inspector nor unit is told of the other report.
    let own = ticket(&other, &second.ticket).await;
    assert_eq!(own.json.pointer("/suggestions"), None);
    assert_eq!(ticket(&officer, &first.ticket).await.str("/rev"), "1");

    let body = json!({ "master": first.ticket, "reason": "同一处" });
    command(&clerk, &second.ticket, "merge", body)
        .await
        .expect(200);
    let seen = ticket(&officer, &first.ticket).await;
    assert_eq!(seen.list("/photos").len(), 2);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_suggested_is_how_things_are_now() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let first = garbage(0.0).post(&inspector).await;
    let second = garbage(20.0).post(&inspector).await;
    let suggested = async |id: &str| {
        let seen = ticket(&clerk, id).await;
        let list = seen.json.get("suggestions").cloned().unwrap_or(json!([]));
        let list = list.as_array().expect("a list").clone();
        let pairs = list
            .iter()
            .map(|it| (it["state"].clone(), it["metres"].clone()));
        pairs.collect::<Vec<_>>()
    };
    assert_eq!(
        suggested(&second.ticket).await,
        [(json!("dispatched"), json!(20.0))]
    );
    command(&officer, &first.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    assert_eq!(
        suggested(&second.ticket).await,
        [(json!("rectifying"), json!(20.0))]
    );
    // Two that wait for a clerk are none of each other's until one is filed.
    let third = garbage(-15.0).accuracy(None).post(&inspector).await;
    command(&clerk, &second.ticket, "file", json!({}))
        .await
        .expect(200);
    assert_eq!(
        suggested(&third.ticket).await,
        [(json!("rectifying"), json!(15.0))]
    );
    set(&app, "intake.duplicate_radius_m", json!(40)).await;
    assert_eq!(
        suggested(&third.ticket).await,
        [
            (json!("rectifying"), json!(15.0)),
            (json!("dispatched"), json!(35.0))
        ]
    );
    set(&app, "intake.duplicates", json!("off")).await;
    assert_eq!(suggested(&third.ticket).await, []);
    app.finish().await;
}

#[tokio::test]
async fn only_an_open_ticket_of_the_same_item_within_its_radius_is_a_duplicate() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let first = garbage(0.0).post(&inspector).await;
    assert_eq!(garbage(31.0).post(&inspector).await.state, "dispatched");
    assert_eq!(
        garbage(0.0).item("E0106").post(&inspector).await.state,
        "dispatched"
    );
    assert_eq!(garbage(-29.0).post(&inspector).await.state, "triage");
    // What was put right on the spot makes no work twice.
    assert_eq!(
        garbage(0.0).fixed_on_site().post(&inspector).await.state,
        "closed"
    );
    story::rectify(&officer, &first.ticket).await;
    command(&clerk, &first.ticket, "recheck", story::recheck("pass"))
        .await
        .expect(200);
    assert_eq!(garbage(0.0).post(&inspector).await.state, "dispatched");

    // The catalogue may give an item a radius of its own.
    app.execute("UPDATE catalogue_items SET radius_m = 100 WHERE code = 'E0106'")
        .await;
    app.execute("UPDATE reference_stamps SET version = version + 1 WHERE topic = 'catalogue'")
        .await;
    assert_eq!(
        garbage(90.0).item("E0106").post(&inspector).await.reasons,
        ["possible_duplicate"]
    );
    set(&app, "intake.duplicates", json!("off")).await;
    assert_eq!(garbage(1.0).post(&inspector).await.state, "dispatched");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn two_faults_of_one_stop_are_two_faults() {
    let (app, inspector, _) = city().await;
    let mut body = garbage(0.0).body();
    let second = garbage(0.0);
    let mut fault = second.body()["data"]["findings"][0].clone();
    fault["attachments"] = body["data"]["findings"][0]["attachments"].clone();
    body["data"]["findings"]
        .as_array_mut()
        .expect("a list")
        .push(fault);
    let answer = inspector.post("reports").json(&body).await.expect(201);
    for nth in 0..2 {
        assert_eq!(
            answer.at(&format!("/findings/{nth}/ticket/state")),
            "dispatched"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn by_policy_a_report_joins_the_nearest_ticket_by_itself() {
    let (app, inspector, officer) = city().await;
    let (clerk, other) = (app.login("clerk").await, app.login("inspector2").await);
    set(&app, "intake.duplicates", json!("off")).await;
    let far = garbage(0.0).post(&inspector).await;
    let near = garbage(26.0).post(&inspector).await;
    set(&app, "intake.duplicates", json!("merge")).await;

    let joined = garbage(15.0).send(&other).await;
    assert_eq!((joined.state.as_str(), joined.reasons.len()), ("merged", 0));
    assert_eq!(ticket(&officer, &far.ticket).await.str("/rev"), "1");
    let seen = ticket(&officer, &near.ticket).await;
    assert_eq!(seen.str("/rev"), "2");
    assert_eq!(seen.list("/photos").len(), 2);
    assert_eq!(seen.at("/photos/1/stored"), true);
    officer
        .get(&format!("tickets/{}", joined.ticket))
        .await
        .expect(404);

    // The office sees where it went; its sender sees that it went somewhere.
    let office = ticket(&clerk, &joined.ticket).await;
    assert_eq!(office.str("/master"), near.ticket);
    let trail = clerk
        .get(&format!("tickets/{}/trail", joined.ticket))
        .await
        .expect(200);
    assert_eq!(trail.at("/items/1/command"), "merge");
    assert_eq!(trail.at("/items/1/actor_role"), "system");
    let of_master = clerk
        .get(&format!("tickets/{}/trail", near.ticket))
        .await
        .expect(200);
    let last = of_master.list("/items").last().expect("rows").clone();
    assert_eq!(
        (&last["command"], &last["actor_role"]),
        (&json!("sighting"), &json!("system"))
    );
    let own = other
        .get(&format!("reports/{}", joined.draft.id))
        .await
        .expect(200);
    assert_eq!(own.at("/findings/0/ticket/state"), "merged");
    assert!(!own.text().contains(&near.ticket));
    let own = ticket(&other, &joined.ticket).await;
    assert!(!own.text().contains(&near.ticket));
    other
        .get(&format!("tickets/{}", near.ticket))
        .await
        .expect(404);

    // Its sender has seen the fault: somebody else rechecks.
    story::rectify(&officer, &near.ticket).await;
    other
        .get(&format!("tickets/{}", near.ticket))
        .await
        .expect(404);
    let third = app.login("inspector3").await;
    ticket(&third, &near.ticket).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_in_doubt_or_in_danger_is_not_joined_by_itself() {
    let (app, inspector, _) = city().await;
    set(&app, "intake.duplicates", json!("merge")).await;
    garbage(0.0).post(&inspector).await;
    let weak = garbage(3.0).accuracy(None).post(&inspector).await;
    assert_eq!(weak.reasons, ["position_weak", "possible_duplicate"]);
    let danger = garbage(3.0).danger().post(&inspector).await;
    assert_eq!(danger.reasons, ["possible_duplicate"]);
    assert_eq!(garbage(3.0).post(&inspector).await.state, "merged");
    app.finish().await;
}

#[tokio::test]
async fn reports_of_one_fault_at_one_moment_are_one_ticket_whichever_server_has_them() {
    let (app, ..) = city().await;
    set(&app, "intake.duplicates", json!("merge")).await;
    let (one, two) = (app.beside().await, app.beside().await);
    let servers = [app.client(), one.client(), two.client()];
    let mut inspectors = Vec::new();
    for nth in 0..5 {
        let server: &Client = &servers[nth % servers.len()];
        inspectors.push(server.login(&format!("inspector{}", nth + 1)).await);
    }
    for round in 0..8 {
        // On a corner of the squares that are locked, and across it; 28 m lie between the outermost.
        let lat = 37.425 + f64::from(round) * 0.005 - 14.0 * METRE;
        let drafts: Vec<Draft> = (0..5)
            .map(|nth| story::report("371602").at(lat + f64::from(nth) * 7.0 * METRE, 117.98))
            .collect();
        let sending = inspectors
            .iter()
            .zip(drafts)
            .map(|(inspector, draft)| draft.post(inspector));
        let sent = join_all(sending).await;
        let mut states: Vec<&str> = sent.iter().map(|it| it.state.as_str()).collect();
        states.sort_unstable();
        assert_eq!(
            states,
            ["dispatched", "merged", "merged", "merged", "merged"]
        );
    }
    assert_eq!(count(&app, "state = 'dispatched' AND rev = 5").await, 8);
    assert_eq!(count(&app, "state = 'merged'").await, 32);

    set(&app, "intake.duplicates", json!("suggest")).await;
    let sending = inspectors
        .iter()
        .map(|inspector| garbage(0.0).post(inspector));
    let sent = join_all(sending).await;
    let waiting = sent
        .iter()
        .filter(|it| it.reasons == ["possible_duplicate"]);
    assert_eq!(waiting.count(), 4);
    app.finish().await;
}

#[tokio::test]
async fn batches_that_cross_each_other_neither_deadlock_nor_double() {
    let (app, ..) = city().await;
    set(&app, "intake.duplicates", json!("merge")).await;
    let one = crate::harness::phone::Phone::of(&app, "inspector1").await;
    let two = crate::harness::phone::Phone::of(&app, "inspector2").await;
    let batch = |order: &[i32]| -> Vec<Value> {
        order
            .iter()
            .map(|place| garbage(f64::from(*place) * 300.0))
            .map(|draft| {
                let mut body = draft.body();
                body["mid"] = json!(uuid::Uuid::new_v4());
                body["kind"] = json!("report.create");
                body
            })
            .collect()
    };
    let forth: Vec<i32> = (0..20).chain([0]).collect();
    let back: Vec<i32> = (0..20).rev().collect();
    let (forth, back) = (batch(&forth), batch(&back));
    let (first, second) = tokio::join!(one.push(&forth), two.push(&back));
    for verdict in first.iter().chain(&second) {
        assert_eq!(verdict["verdict"], "applied");
    }
    assert_eq!(count(&app, "state = 'dispatched'").await, 20);
    assert_eq!(count(&app, "state = 'merged'").await, 21);
    app.finish().await;
}
