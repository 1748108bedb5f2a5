//! Ripple tasks: asked of units from one fault, answered once, and counted nowhere.

use serde_json::{Value, json};

use crate::harness::story;
use crate::harness::{Client, Response, TestApp};
use crate::round::seal::{SANITATION, covert_round, report};

async fn ask(supervisor: &Client, ticket: &str, units: Value) -> Response {
    let body = json!({ "ticket": ticket, "units": units, "text": "对照排查", "due_at": "2026-11-21T02:00:00Z" });
    supervisor.post("ripples").json(&body).await
}

async fn answer(officer: &Client, id: &str, unit: Option<&str>) -> Response {
    let body = json!({ "unit": unit, "text": "已排查", "found": 3, "put_right": 2 });
    officer
        .post(&format!("ripples/{id}/answer"))
        .json(&body)
        .await
}

#[tokio::test]
async fn units_are_asked_answer_once_and_learn_of_nobody_elses_answer() {
    let app = TestApp::demo().await;
    let (supervisor, inspector) = (app.login("supervisor").await, app.login("inspector1").await);
    let ticket = story::report("371602").post(&inspector).await.ticket;
    let units = json!(["371602-sanitation", "371603-sanitation", "371603"]);
    let asked = ask(&supervisor, &ticket, units).await.expect(201);
    let id = asked.str("/id");
    assert_eq!(
        (asked.at("/asked"), asked.at("/answered")),
        (&json!(3), &json!(0))
    );
    assert_eq!(asked.at("/ticket"), &json!(ticket));

    let (own, other) = (
        app.login(SANITATION).await,
        app.login("officer-371603").await,
    );
    let stranger = app.login("officer-371621").await;
    stranger
        .get(&format!("ripples/{id}"))
        .await
        .expect_problem(404, "not_found");
    assert!(
        stranger
            .get("ripples")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );
    let seen = own.get(&format!("ripples/{id}")).await.expect(200);
    assert_eq!(seen.list("/units").len(), 1);
    assert!(seen.json.get("ticket").is_none() && seen.json.get("created_by").is_none());

    answer(&own, id, None).await.expect(200);
    answer(&own, id, None)
        .await
        .expect_problem(409, "answered_before");
    answer(&own, id, Some("371603"))
        .await
        .expect_problem(422, "invalid");
    app.clock.set("2026-11-21 10:30");
    let late = answer(&other, id, Some("371603-sanitation"))
        .await
        .expect(200);
    assert_eq!(late.at("/units/1/answer/late"), true);
    assert_eq!(
        (late.at("/asked"), late.at("/answered")),
        (&json!(2), &json!(1))
    );

    let known = supervisor.get("ripples").await.expect(200);
    let row = known.at("/items/0");
    assert_eq!((&row["asked"], &row["answered"]), (&json!(3), &json!(2)));
    let missing: Vec<&Value> = row["units"]
        .as_array()
        .expect("units")
        .iter()
        .filter(|it| it["answer"].is_null())
        .collect();
    assert_eq!(missing.first().expect("one")["unit"], "371603");
    // What they found is no finding.
    assert_eq!(app.rows("SELECT id FROM findings").await.len(), 1);
    assert_eq!(
        supervisor
            .get("lost-points")
            .await
            .expect(200)
            .list("/items")
            .len(),
        1
    );
}

#[tokio::test]
async fn without_names_every_unit_is_asked_and_nothing_is_asked_from_what_is_sealed() {
    let (mut app, supervisor, round, inspector) = covert_round().await;
    let sealed = report(&inspector, &round, &story::report("371602")).await;
    let sealed = sealed.str("/findings/0/ticket/id");
    ask(&supervisor, sealed, Value::Null)
        .await
        .expect_problem(409, "wrong_state");
    let open = story::report("371602").post(&inspector).await.ticket;
    let all = ask(&supervisor, &open, Value::Null).await.expect(201);
    let units = app
        .rows("SELECT id FROM units WHERE valid_until IS NULL")
        .await;
    assert_eq!(all.at("/asked"), &json!(units.len()));
    let unknown = ask(&supervisor, &open, json!(["371602", "nobody"])).await;
    assert_eq!(
        unknown
            .expect_problem(422, "invalid")
            .str("/errors/0/pointer"),
        "/units/1"
    );
    let wrong = json!({ "text": "x", "found": 1, "put_right": 2 });
    let officer = app.login(SANITATION).await;
    let path = format!("ripples/{}/answer", all.str("/id"));
    let answer = officer.post(&path).json(&wrong).await;
    assert_eq!(
        answer
            .expect_problem(422, "invalid")
            .str("/errors/0/pointer"),
        "/put_right"
    );
    app.let_jobs_stay(); // The release is still to come.
}
