//! "Not mine": returned, sent on or sent back, disputed, and ruled upon for good.

use serde_json::{Value, json};

use super::{DISTRICT, city};
use crate::harness::story::{self, command, ticket};
use crate::harness::{Client, shanghai};

const LANDSCAPE: &str = "officer-371602-landscape";

fn not_ours() -> Value {
    json!({ "reason": "not_our_duty", "text": "属园林绿化部门" })
}

async fn returned(inspector: &Client, officer: &Client) -> String {
    let sent = story::report("371602").post(inspector).await;
    command(officer, &sent.ticket, "return", not_ours())
        .await
        .expect(200);
    sent.ticket
}

#[tokio::test]
async fn a_return_gives_its_reason() {
    let (app, inspector, officer) = city().await;
    let sent = story::report("371602").post(&inspector).await;
    let refused = [
        (json!({ "reason": "not_our_duty", "text": "" }), "/text"),
        (json!({ "reason": "no_idea", "text": "不清楚" }), "/reason"),
    ];
    for (body, pointer) in refused {
        let answer = command(&officer, &sent.ticket, "return", body).await;
        answer.expect_problem(422, "invalid").expect_fault(pointer);
    }
    app.clock.set("2026-11-20 11:00");
    let given_back = command(&officer, &sent.ticket, "return", not_ours())
        .await
        .expect(200);
    assert_eq!(given_back.at("/state"), "returned");
    assert_eq!(given_back.at("/handling/return_count"), 1);
    assert_eq!(given_back.at("/deadline/running"), false);
    assert_eq!(given_back.at("/deadline/remaining_work_s"), 3 * 3_600);
    let clerk = app.login("clerk").await;
    let trail = clerk
        .get(&format!("tickets/{}/trail", sent.ticket))
        .await
        .expect(200);
    assert_eq!(trail.str("/items/2/data/command/reason"), "not_our_duty");
    assert_eq!(trail.str("/items/2/opinion"), "属园林绿化部门");
    app.finish().await;
}

#[tokio::test]
async fn another_unit_starts_a_full_limit_and_the_former_one_knows_of_nothing() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    app.clock.set("2026-11-20 09:00");
    let id = returned(&inspector, &officer).await;
    app.clock.set("2026-11-20 14:00");
    let before = ticket(&officer, &id).await;
    let photo = before.str("/photos/0/id").to_owned();
    let body = json!({ "unit": "371602-landscape" });
    let sent_on = command(&clerk, &id, "redispatch", body).await.expect(200);
    assert_eq!(sent_on.at("/state"), "dispatched");
    assert_eq!(sent_on.at("/handling/lead/name"), "滨城区园林绿化服务中心");
    assert_eq!(sent_on.at("/handling/routing/rule"), "person");
    assert_eq!(
        sent_on.at("/deadline/due_at"),
        &json!(shanghai("2026-11-20 18:00").to_string())
    );

    let path = format!("tickets/{id}");
    officer.get(&path).await.expect_problem(404, "not_found");
    officer
        .get(&format!("{path}/trail"))
        .await
        .expect_problem(404, "not_found");
    officer
        .get(&format!("attachments/{photo}/thumb"))
        .await
        .expect_problem(404, "not_found");
    assert!(
        officer
            .get("tickets")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect_problem(404, "not_found");
    let next = app.login(LANDSCAPE).await;
    command(&next, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn the_same_unit_is_charged_as_if_it_had_never_returned_it() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    app.clock.set("2026-11-20 09:00");
    let id = returned(&inspector, &officer).await;
    app.clock.set("2026-11-20 14:00");
    let wordless = command(
        &clerk,
        &id,
        "redispatch",
        json!({ "unit": "371602-sanitation" }),
    )
    .await;
    wordless
        .expect_problem(422, "invalid")
        .expect_fault("/opinion");
    let body = json!({ "unit": "371602-sanitation", "opinion": "按三定方案属环卫" });
    let back = command(&clerk, &id, "redispatch", body).await.expect(200);
    assert_eq!(back.at("/state"), "dispatched");
    assert_eq!(back.at("/deadline/running"), true);
    assert_eq!(
        back.at("/deadline/due_at"),
        &json!(shanghai("2026-11-20 15:00").to_string())
    );
    assert_eq!(back.at("/deadline/remaining_work_s"), 3_600);
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_unit_is_refused() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let id = returned(&inspector, &officer).await;
    let refused = command(&clerk, &id, "redispatch", json!({ "unit": "nobody" })).await;
    refused.expect_problem(422, "invalid").expect_fault("/unit");
    app.finish().await;
}

#[tokio::test]
async fn the_clerk_redispatches_and_nobody_else() {
    let (app, inspector, officer) = city().await;
    let id = returned(&inspector, &officer).await;
    let body = json!({ "unit": "371602-landscape", "opinion": "请接收" });
    for username in ["supervisor", DISTRICT, "inspector1"] {
        let client = app.login(username).await;
        let refused = command(&client, &id, "redispatch", body.clone()).await;
        refused.expect_problem(403, "forbidden");
    }
    app.finish().await;
}

async fn disputed(app: &crate::harness::TestApp, inspector: &Client, officer: &Client) -> String {
    let clerk = app.login("clerk").await;
    let next = app.login(LANDSCAPE).await;
    let id = returned(inspector, officer).await;
    command(
        &clerk,
        &id,
        "redispatch",
        json!({ "unit": "371602-landscape" }),
    )
    .await
    .expect(200);
    command(&next, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    command(&next, &id, "return", not_ours()).await.expect(200);
    id
}

#[tokio::test]
async fn the_second_return_is_a_dispute_that_the_supervision_office_ends() {
    let (app, inspector, officer) = city().await;
    let id = disputed(&app, &inspector, &officer).await;
    let clerk = app.login("clerk").await;
    let supervisor = app.login("supervisor").await;
    let seen = ticket(&supervisor, &id).await;
    assert_eq!(seen.at("/state"), "disputed");
    assert_eq!(seen.at("/handling/return_count"), 2);
    assert_eq!(seen.at("/deadline/running"), false);
    assert_eq!(
        seen.at("/allowed"),
        &json!(["rule_ownership", "force_close", "comment", "supervise"])
    );

    let body = json!({ "unit": "371602-municipal_works", "opinion": "该处为市政管养" });
    command(&clerk, &id, "rule_ownership", body.clone())
        .await
        .expect_problem(403, "forbidden");
    command(&clerk, &id, "redispatch", body.clone())
        .await
        .expect_problem(409, "wrong_state");
    let wordless = json!({ "unit": "371602-municipal_works" });
    let refused = command(&supervisor, &id, "rule_ownership", wordless).await;
    refused
        .expect_problem(422, "invalid")
        .expect_fault("/opinion");
    app.clock.set("2026-11-20 14:00");
    let ruled = command(&supervisor, &id, "rule_ownership", body)
        .await
        .expect(200);
    assert_eq!(ruled.at("/state"), "dispatched");
    assert_eq!(ruled.at("/handling/lead/name"), "滨城区市政工程服务中心");
    assert_eq!(ruled.at("/handling/routing/rule"), "ownership_ruling");
    assert_eq!(ruled.at("/handling/routing/ruling"), 1);
    assert_eq!(
        ruled.at("/deadline/due_at"),
        &json!(shanghai("2026-11-20 18:00").to_string())
    );
    app.finish().await;
}

#[tokio::test]
async fn a_ruling_routes_the_next_fault_of_its_item_at_its_place() {
    let (app, inspector, officer) = city().await;
    story::ignore_duplicates(&app).await;
    let id = disputed(&app, &inspector, &officer).await;
    let supervisor = app.login("supervisor").await;
    let body = json!({ "unit": "371602-municipal_works", "opinion": "该处为市政管养" });
    command(&supervisor, &id, "rule_ownership", body)
        .await
        .expect(200);

    let [(_, lat, lon), ..] = story::INSIDE;
    let metre = 1.0 / 111_000.0;
    let cases = [
        (
            story::report("371602").at(lat + 25.0 * metre, lon),
            "ownership_ruling",
            "371602-municipal_works",
        ),
        (
            story::report("371602").at(lat + 200.0 * metre, lon),
            "subject_unit",
            "371602-sanitation",
        ),
        (
            story::report("371602").item("E0106"),
            "subject_unit",
            "371602-landscape",
        ),
    ];
    for (draft, rule, unit) in cases {
        let sent = draft.post(&inspector).await;
        assert_eq!(sent.state, "dispatched");
        let seen = ticket(&supervisor, &sent.ticket).await;
        assert_eq!(seen.at("/handling/routing/rule"), rule);
        assert_eq!(seen.at("/handling/routing/unit/code"), unit);
        let number = seen.json.pointer("/handling/routing/ruling");
        assert_eq!(number, (rule == "ownership_ruling").then_some(&json!(1)));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_ruling_is_no_reason_any_more_once_a_person_names_another_unit() {
    let (app, inspector, officer) = city().await;
    story::ignore_duplicates(&app).await;
    let id = disputed(&app, &inspector, &officer).await;
    let supervisor = app.login("supervisor").await;
    let clerk = app.login("clerk").await;
    let body = json!({ "unit": "371602-municipal_works", "opinion": "该处为市政管养" });
    command(&supervisor, &id, "rule_ownership", body)
        .await
        .expect(200);
    let [(_, lat, lon), ..] = story::INSIDE;
    let next = story::report("371602").at(lat, lon).post(&inspector).await;
    let next = next.ticket;
    let municipal = app.login("officer-371602-municipal_works").await;
    command(&municipal, &next, "return", not_ours())
        .await
        .expect(200);
    let body = json!({ "unit": "371602-landscape" });
    let seen = command(&clerk, &next, "redispatch", body).await.expect(200);
    assert_eq!(seen.at("/handling/routing/rule"), "person");
    assert_eq!(seen.json.pointer("/handling/routing/ruling"), None);
    app.finish().await;
}

#[tokio::test]
async fn a_ruling_on_a_check_point_holds_for_the_check_point() {
    let (app, inspector, _) = city().await;
    let supervisor = app.login("supervisor").await;
    let clerk = app.login("clerk").await;
    let points = app
        .rows("SELECT id, code FROM check_points WHERE code IN ('P014', 'P013')")
        .await;
    let point = |code: &str| {
        let found = points.iter().find(|point| point["code"] == code);
        found.expect("a check point")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let sanitation = app.login(super::SANITATION).await;
    let sent = story::report("371602")
        .at_point(&point("P014"))
        .post(&inspector)
        .await;
    command(&sanitation, &sent.ticket, "return", not_ours())
        .await
        .expect(200);
    let same = json!({ "unit": "371602-sanitation", "opinion": "仍由你单位办理" });
    command(&clerk, &sent.ticket, "redispatch", same)
        .await
        .expect(200);
    command(&sanitation, &sent.ticket, "return", not_ours())
        .await
        .expect(200);
    let body = json!({ "unit": "371602003", "opinion": "由街道负责" });
    command(&supervisor, &sent.ticket, "rule_ownership", body)
        .await
        .expect(200);

    let there = story::report("371602")
        .at_point(&point("P014"))
        .post(&inspector)
        .await;
    let seen = ticket(&clerk, &there.ticket).await;
    assert_eq!(seen.at("/handling/routing/unit/code"), "371602003");
    let elsewhere = story::report("371602")
        .at_point(&point("P013"))
        .post(&inspector)
        .await;
    let seen = ticket(&clerk, &elsewhere.ticket).await;
    assert_eq!(seen.at("/handling/routing/rule"), "point_owner");
    app.finish().await;
}
