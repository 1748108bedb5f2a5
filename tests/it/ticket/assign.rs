//! 指派: who of the lead unit works on a ticket.

use serde_json::json;

use super::{DISTRICT, SANITATION, city, newcomer};
use crate::harness::phone::Phone;
use crate::harness::story::{self, command, ticket};

#[tokio::test]
async fn the_lead_unit_names_one_of_its_own_and_who_is_named_finds_it() {
    let (app, inspector, officer) = city().await;
    let worker = newcomer(&app, "worker", "officer", "371602-sanitation").await;
    let id = story::report("371602").post(&inspector).await.ticket;
    story::report("371602").post(&inspector).await;
    let mine = |client: &crate::harness::Client| {
        let client = client.clone();
        async move { client.get("tickets?assignee=me").await.expect(200) }
    };
    assert!(mine(&worker).await.list("/items").is_empty());
    let assigned = command(&officer, &id, "assign", json!({ "assignee": "worker" }))
        .await
        .expect(200);
    assert_eq!(assigned.at("/state"), "dispatched");
    assert_eq!(assigned.at("/handling/assignee/name"), "某人");
    assert_eq!(assigned.header("etag"), Some("\"2\""));
    let found = mine(&worker).await;
    assert_eq!(found.list("/items").len(), 1);
    assert_eq!(found.at("/items/0/id"), &json!(id));
    let by_id = worker.get("me").await.str("/id").to_owned();
    command(&officer, &id, "assign", json!({ "assignee": by_id }))
        .await
        .expect(200);
    let nobody = command(&officer, &id, "assign", json!({ "assignee": null }))
        .await
        .expect(200);
    assert!(nobody.json.pointer("/handling/assignee").is_none());
    assert!(mine(&worker).await.list("/items").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn whoever_does_not_act_for_the_lead_unit_cannot_be_named() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    for stranger in [
        "officer-371603-sanitation",
        "officer-371602-landscape",
        "inspector1",
        "clerk",
        "nobody",
        "11111111-1111-4111-8111-111111111111",
    ] {
        command(&officer, &id, "assign", json!({ "assignee": stranger }))
            .await
            .expect_problem(422, "invalid")
            .expect_fault("/assignee");
    }
    command(&officer, &id, "assign", json!({ "assignee": DISTRICT }))
        .await
        .expect(200);
    for stranger in ["inspector1", "supervisor"] {
        let stranger = app.login(stranger).await;
        command(&stranger, &id, "assign", json!({ "assignee": SANITATION }))
            .await
            .expect_problem(403, "forbidden");
    }
    // A clerk asks for rechecks, where there is one to be made.
    let clerk = app.login("clerk").await;
    let body = json!({ "assignee": SANITATION });
    command(&clerk, &id, "assign", body.clone())
        .await
        .expect_problem(409, "wrong_state");
    story::rectify(&officer, &id).await;
    app.run_jobs().await;
    command(&clerk, &id, "assign", body)
        .await
        .expect_problem(403, "forbidden");
    let unit_asks = json!({ "rechecker": "11111111-1111-4111-8111-111111111111" });
    command(&officer, &id, "assign", unit_asks)
        .await
        .expect_problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn the_office_and_the_lead_unit_are_told_and_nobody_else() {
    let (app, inspector, _) = city().await;
    let sent = story::report("371602")
        .item("W0505")
        .condition("a")
        .post(&inspector)
        .await;
    let clerk = app.login("clerk").await;
    let lead = ticket(&clerk, &sent.ticket).await;
    let code = format!(
        "SELECT code FROM units WHERE id = '{}'",
        lead.str("/handling/lead/id")
    );
    let rows = app.rows(&code).await;
    let lead_officer = format!("officer-{}", rows[0]["code"].as_str().expect("a code"));
    let officer = app.login(&lead_officer).await;
    command(
        &officer,
        &sent.ticket,
        "assign",
        json!({ "assignee": lead_officer }),
    )
    .await
    .expect(200);
    let cooperating = "officer-371602-urban_management";
    for (username, told) in [
        (lead_officer.as_str(), true),
        ("clerk", true),
        (cooperating, false),
        ("inspector1", false),
    ] {
        let reader = app.login(username).await;
        let seen = ticket(&reader, &sent.ticket).await;
        let assignee = seen.json.pointer("/handling/assignee");
        assert_eq!(assignee.is_some(), told, "{username}: {}", seen.text());
        let mut phone = Phone::of(&app, username).await;
        phone.pull().await;
        let held = phone.doc("tickets", &sent.ticket);
        assert_eq!(held.contains_key("assignee"), told, "{username}");
    }
    let inspector = app.login("inspector1").await;
    inspector
        .get("tickets?assignee=me")
        .await
        .expect_problem(422, "invalid_query");
    app.finish().await;
}

#[tokio::test]
async fn another_unit_begins_without_one() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    command(&officer, &id, "assign", json!({ "assignee": SANITATION }))
        .await
        .expect(200);
    let not_ours = json!({ "reason": "other", "text": "他处办理" });
    command(&officer, &id, "return", not_ours).await.expect(200);
    let clerk = app.login("clerk").await;
    let given = command(
        &clerk,
        &id,
        "redispatch",
        json!({ "unit": "371602-landscape" }),
    )
    .await
    .expect(200);
    assert!(given.json.pointer("/handling/assignee").is_none());
    app.finish().await;
}
