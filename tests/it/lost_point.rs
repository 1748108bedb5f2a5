//! Lost points: what each costs, by whom it was found, and the ticket that puts it right.

use serde_json::{Value, json};
use xuncha::domain::deduction::Points;

use crate::harness::story::{self, command, recheck, rectify, ticket};
use crate::harness::{Client, Response, TestApp};
use crate::round::seal::{SANITATION, covert_round, report};

async fn lost(client: &Client, query: &str) -> Response {
    client.get(&format!("lost-points{query}")).await.expect(200)
}

/// What the ticket costs now, and why.
async fn cost(client: &Client, id: &str) -> (Value, Value) {
    let page = lost(client, "?limit=500").await;
    let row = page.list("/items").iter().find(|it| it["ticket"] == id);
    let row = row.unwrap_or_else(|| panic!("{id} is not listed"));
    (row["deduction"].clone(), row["ground"].clone())
}

fn is(points: &str, ground: &str) -> (Value, Value) {
    (json!(points), json!(ground))
}

async fn move_to_unit(app: &TestApp, username: &str, unit: &str) {
    let admin = app.login("admin").await;
    let users = admin.get("users?limit=500").await.expect(200);
    let user = users
        .list("/items")
        .iter()
        .find(|it| it["username"] == username);
    let id = user.expect("a user")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let units = app
        .rows(&format!("SELECT id FROM units WHERE code = '{unit}'"))
        .await;
    let body = json!({ "unit": units.first().and_then(|unit| unit.get("id")) });
    admin
        .patch(&format!("users/{id}"))
        .json(&body)
        .await
        .expect(200);
}

#[tokio::test]
async fn a_fault_costs_by_who_found_it_more_when_late_and_most_when_it_is_there_again() {
    let app = TestApp::demo().await;
    move_to_unit(&app, "inspector2", "371603").await;
    let (city, own) = (app.login("inspector1").await, app.login("inspector2").await);
    let officer = app.login(SANITATION).await;
    let draft = story::report("371602");
    let found = draft.clone().post(&city).await.ticket;
    let by_district = story::report("371602").post(&own).await.ticket;
    let checked = story::report("371602").post(&officer).await;
    assert_eq!(checked.state, "dispatched");
    assert_eq!(cost(&officer, &found).await, is("0.3", "found"));
    assert_eq!(cost(&officer, &by_district).await, is("0.2", "found"));
    assert_eq!(cost(&officer, &checked.ticket).await, is("0.1", "found"));

    rectify(&officer, &found).await;
    let rechecker = app.login("inspector3").await;
    command(&rechecker, &found, "recheck", recheck("pass"))
        .await
        .expect(200);
    app.clock.set("2026-11-23 10:00");
    assert_eq!(cost(&officer, &found).await, is("0.3", "found"));
    assert_eq!(cost(&officer, &by_district).await, is("0.5", "late"));
    assert_eq!(cost(&officer, &checked.ticket).await, is("0.3", "late"));

    let again = draft.again().post(&city).await;
    assert_eq!(again.state, "dispatched");
    assert_eq!(cost(&officer, &again.ticket).await, is("2", "repeated"));
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_the_scale_prices_nothing_that_was_listed_before() {
    let app = TestApp::demo().await;
    let (inspector, officer) = (app.login("inspector1").await, app.login(SANITATION).await);
    let before = story::report("371602").post(&inspector).await.ticket;
    app.clock.set("2026-11-20 10:30");
    let admin = app.login("admin").await;
    let scale = json!({ "found": "0.25", "late": "5", "repeated": "10" });
    let changes = json!({ "changes": { "deductions.city": scale } });
    admin.put("policies").json(&changes).await.expect(200);
    let wrong = json!({ "changes": { "deductions.city": { "found": "a lot", "late": "5", "repeated": "10" } } });
    admin
        .put("policies")
        .json(&wrong)
        .await
        .expect_problem(422, "invalid");
    let after = story::report("371602").post(&inspector).await.ticket;
    assert_eq!(cost(&officer, &before).await, is("0.3", "found"));
    assert_eq!(cost(&officer, &after).await, is("0.25", "found"));
}

#[tokio::test]
async fn a_unit_reads_its_own_lost_points_and_of_a_covert_round_none_before_its_release() {
    let (app, supervisor, round, inspector) = covert_round().await;
    let (officer, other) = (
        app.login(SANITATION).await,
        app.login("officer-371603-sanitation").await,
    );
    // Not one that was drawn: which district that lies in is left to chance.
    let points = inspector
        .get("points?district=371602&limit=1")
        .await
        .expect(200);
    let mut body = story::report("371602").body();
    body["data"]["round"] = json!(round);
    body["data"]["point"] = points.at("/items/0/id").clone();
    body["data"]["observations"] = json!([{ "criterion": "C0308", "verdict": "not_met" }]);
    let sealed = inspector.post("reports").json(&body).await.expect(201);
    let sealed = sealed.str("/findings/0/ticket/id");
    report(&inspector, &round, &story::report("371603")).await;
    let path = format!("rounds/{round}/lost-points");
    assert!(lost(&officer, "").await.list("/items").is_empty());
    officer.get(&path).await.expect_problem(404, "not_found");
    let known = supervisor.get(&path).await.expect(200);
    assert_eq!(known.list("/items").len(), 2);
    let row = known
        .list("/items")
        .iter()
        .find(|it| it["ticket"] == sealed)
        .expect("listed");
    assert_eq!(
        (&row["criteria"], &row["round"]),
        (&json!(["C0308"]), &json!(round))
    );
    assert_eq!(
        (&row["deduction"], &row["number"]),
        (&Value::Null, &Value::Null)
    );

    app.clock.set("2026-11-23 10:00");
    app.run_jobs().await;
    let own = officer.get(&path).await.expect(200);
    assert_eq!(own.list("/items").len(), 1);
    let row = own.at("/items/0");
    assert_eq!(
        (&row["ticket"], &row["deduction"], &row["source"]),
        (&json!(sealed), &json!("0.3"), &json!("city"))
    );
    assert!(row.get("round").is_none());
    assert_eq!(row["criteria"], json!(["C0308"]));
    assert_eq!(lost(&other, "").await.list("/items").len(), 1);
    assert!(lost(&other, "?unit=371602").await.list("/items").is_empty());
    let text = other.get("lost-points.csv").await.expect(200).text();
    assert_eq!(text.lines().count(), 2);
    let text = officer
        .get(&format!("lost-points.csv?round={round}"))
        .await
        .expect(200)
        .text();
    let line = text.lines().nth(1).expect("a row");
    assert!(
        line.contains("C0308") && line.contains("市级督查,0.3,发现问题"),
        "{line}"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_unit_that_checks_itself_answers_for_what_it_finds_whatever_the_rules_say() {
    let app = TestApp::demo().await;
    let bureau = app.login(SANITATION).await;
    // 无照游商: the urban management's by the rules.
    let strange = story::report("371602").item("E0501").post(&bureau).await;
    let seen = ticket(&bureau, &strange.ticket).await;
    assert_eq!(seen.at("/handling/routing/rule"), "self_check");
    assert_eq!(seen.at("/handling/routing/unit/code"), "371602-sanitation");
    assert!(seen.json.get("origin").is_none());
    // What the district office finds goes to its bureau, as ever.
    let office = app.login("officer-371602").await;
    let own = story::report("371602").post(&office).await;
    let seen = ticket(&bureau, &own.ticket).await;
    assert_eq!(seen.at("/handling/routing/rule"), "subject_unit");
    let clerk = app.login("clerk").await;
    let stored = clerk
        .get(&format!("reports/{}", own.draft.id))
        .await
        .expect(200);
    assert_eq!(stored.at("/source"), "self_check");
    office
        .get(&format!("reports/{}", own.draft.id))
        .await
        .expect_problem(403, "forbidden");
    // Somebody else looks whether it is put right.
    rectify(&bureau, &own.ticket).await;
    let inspector = app.login("inspector1").await;
    let closed = command(&inspector, &own.ticket, "recheck", recheck("pass"))
        .await
        .expect(200);
    assert_eq!(closed.at("/state"), "closed");
    app.run_jobs().await;
    app.finish().await;
}

#[test]
fn points_are_exact_and_read_as_they_are_written() {
    for (text, written) in [
        ("0", "0"),
        ("0.3", "0.3"),
        ("1.0", "1"),
        ("0.25", "0.25"),
        ("2", "2"),
        ("100", "100"),
        ("0.05", "0.05"),
    ] {
        assert_eq!(text.parse::<Points>().expect("points").to_string(), written);
    }
    for text in [
        "",
        ".5",
        "1.",
        "-1",
        "+1",
        "0.125",
        "100.01",
        "1e2",
        "four",
        "99999999999",
    ] {
        assert!(text.parse::<Points>().is_err(), "{text}");
    }
}
