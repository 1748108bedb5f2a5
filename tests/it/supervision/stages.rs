//! Limits of stages beside the rectification's, and who owes what.

use serde_json::{Value, json};

use super::{city, four_hours};
use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo, command, ticket};
use crate::harness::{Client, shanghai};

async fn ids(client: &Client, query: &str) -> Vec<Value> {
    let path = format!("supervision/stages?stage={query}");
    let page = client.get(&path).await.expect(200);
    let items = page.list("/items").iter();
    let id = |item: &Value| item.pointer("/ticket/id").cloned().unwrap_or_default();
    items.map(id).collect()
}

#[tokio::test]
async fn each_stage_has_its_limit_and_its_list() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let triage = story::report("371602")
        .accuracy(None)
        .post(&inspector)
        .await;
    let dispatched = four_hours(&inspector).await.ticket;
    let returned = four_hours(&inspector).await.ticket;
    let not_ours = json!({ "reason": "other", "text": "他处办理" });
    command(&officer, &returned, "return", not_ours)
        .await
        .expect(200);
    let submitted = four_hours(&inspector).await.ticket;
    story::rectify(&officer, &submitted).await;
    app.run_jobs().await;
    let asked = four_hours(&inspector).await.ticket;
    command(&officer, &asked, "acknowledge", json!({}))
        .await
        .expect(200);
    command(
        &officer,
        &asked,
        "request_extension",
        json!({ "reason": "雨" }),
    )
    .await
    .expect(200);
    let stages = [
        ("triage", &triage.ticket, "2026-11-20 16:00"),
        ("acknowledge", &dispatched, "2026-11-20 16:00"),
        ("return", &returned, "2026-11-23 10:00"),
        ("recheck", &submitted, "2026-11-24 10:00"),
    ];
    for (stage, id, due) in stages {
        assert_eq!(ids(&supervisor, stage).await, [json!(id)], "{stage}");
        let seen = ticket(&supervisor, id).await;
        assert_eq!(seen.at("/stage/name"), stage);
        assert_eq!(seen.at("/stage/due_at"), &json!(shanghai(due).to_string()));
        assert!(
            ids(&supervisor, &format!("{stage}&overdue=true"))
                .await
                .is_empty()
        );
    }
    assert_eq!(ids(&supervisor, "request").await, [json!(asked)]);
    assert!(
        ids(&supervisor, "acknowledge&district=371603")
            .await
            .is_empty()
    );
    app.clock.set("2026-11-24 10:00:01");
    for (stage, id, _) in stages {
        let overdue = ids(&supervisor, &format!("{stage}&overdue=true")).await;
        assert_eq!(overdue, [json!(id)], "{stage}");
    }
    supervisor
        .get("supervision/stages?stage=lunch")
        .await
        .expect_problem(422, "invalid_query");
    app.finish().await;
}

#[tokio::test]
async fn a_limit_is_that_of_the_day_on_which_the_stage_began() {
    let (app, inspector, supervisor) = city().await;
    let admin = app.login("admin").await;
    let before = four_hours(&inspector).await.ticket;
    let change = json!({ "changes": { "limits.acknowledge_work_h": 2 } });
    admin.put("policies").json(&change).await.expect(200);
    let after = four_hours(&inspector).await.ticket;
    for (id, due) in [(before, "2026-11-20 16:00"), (after, "2026-11-20 12:00")] {
        let seen = ticket(&supervisor, &id).await;
        assert_eq!(seen.at("/stage/due_at"), &json!(shanghai(due).to_string()));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_unit_is_told_what_it_owes_and_nothing_of_the_office() {
    let (app, inspector, _) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let id = four_hours(&inspector).await.ticket;
    story::report("371603").post(&inspector).await;
    assert_eq!(ids(&officer, "acknowledge").await, [json!(id)]);
    assert!(ids(&officer, "acknowledge&unit=371603").await.is_empty());
    assert_eq!(ticket(&officer, &id).await.at("/stage/name"), "acknowledge");
    assert!(ticket(&inspector, &id).await.json.get("stage").is_none());
    for stage in ["triage", "recheck", "return"] {
        officer
            .get(&format!("supervision/stages?stage={stage}"))
            .await
            .expect_problem(403, "forbidden");
    }
    story::rectify(&officer, &id).await;
    app.run_jobs().await;
    assert!(ticket(&officer, &id).await.json.get("stage").is_none());
    for (username, told) in [
        ("officer-371602-sanitation", false),
        ("inspector2", false),
        ("clerk", true),
    ] {
        let mut phone = Phone::of(&app, username).await;
        phone.pull().await;
        let held = phone.doc("tickets", &id);
        assert_eq!(held.contains_key("stage_due_at"), told, "{username}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_recheck_is_owed_from_the_last_photo_on() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let id = four_hours(&inspector).await.ticket;
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    let photo = Photo::new();
    let body = story::submission(std::slice::from_ref(&photo));
    command(&officer, &id, "submit", body).await.expect(200);
    assert!(ticket(&supervisor, &id).await.json.get("stage").is_none());
    assert!(ids(&supervisor, "recheck").await.is_empty());
    app.clock.set("2026-11-20 15:00");
    photo.put(&officer).await.expect(201);
    app.run_jobs().await;
    let due = shanghai("2026-11-24 15:00").to_string(); // sixteen work hours
    let seen = ticket(&supervisor, &id).await;
    assert_eq!(seen.at("/stage/due_at"), &json!(due));
    app.finish().await;
}
