//! The trail: who did what, when, and who had the ticket for how long; rows are added and never changed.

use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};

use super::city;
use crate::harness::phone::Phone;
use crate::harness::pseudonym_of;
use crate::harness::story::{self, Photo, command, recheck};

#[tokio::test]
async fn each_change_is_a_row_with_its_holder_and_the_time_it_was_held() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let id = story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await
        .ticket;
    app.clock.set("2026-11-20 11:00");
    command(&clerk, &id, "file", json!({ "opinion": "照片另附" }))
        .await
        .expect(200);
    app.clock.set("2026-11-20 11:30");
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    app.clock.set("2026-11-20 15:00");
    story::submit(&officer, &id).await;
    app.clock.set("2026-11-20 17:00");
    let other = app.login("inspector2").await;
    command(&other, &id, "recheck", recheck("fail"))
        .await
        .expect(200);
    app.run_jobs().await;

    let trail = clerk.get(&format!("tickets/{id}/trail")).await.expect(200);
    let unit = "滨城区环境卫生服务中心";
    let rows: Vec<Value> = trail
        .list("/items")
        .iter()
        .map(|row| {
            json!([
                row["seq"],
                row["command"],
                row["from"],
                row["to"],
                row["actor_role"],
                row["holder"],
                row["held_s"]
            ])
        })
        .collect();
    let expected = [
        json!([1, "create", null, "triage", "inspector", null, 0]),
        json!([2, "file", "triage", "dispatched", "clerk", unit, 3_600]),
        json!([
            3,
            "acknowledge",
            "dispatched",
            "rectifying",
            "officer",
            unit,
            1_800
        ]),
        json!([
            4,
            "submit",
            "rectifying",
            "awaiting_recheck",
            "officer",
            null,
            12_600
        ]),
        json!([
            5,
            "recheck",
            "awaiting_recheck",
            "rectifying",
            "inspector",
            unit,
            7_200
        ]),
    ];
    assert_eq!(rows, expected);
    assert_eq!(trail.str("/items/1/opinion"), "照片另附");
    assert_eq!(trail.at("/items/2/actor_unit"), unit);
    assert_eq!(trail.at("/items/4/data/command/result"), "fail");

    // The unit's trail begins when the ticket became its own.
    let own = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    let commands: Vec<&Value> = own
        .list("/items")
        .iter()
        .map(|row| &row["command"])
        .collect();
    assert_eq!(commands, ["file", "acknowledge", "submit", "recheck"]);
    assert_eq!(own.at("/items/0/held_s"), 0);
    app.finish().await;
}

#[tokio::test]
async fn a_ticket_filed_by_rule_was_filed_by_the_system() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let trail = clerk.get(&format!("tickets/{id}/trail")).await.expect(200);
    assert_eq!(trail.at("/items/1/command"), "file");
    assert_eq!(trail.at("/items/1/actor_role"), "system");
    assert_eq!(trail.at("/items/1/data/routing/rule"), "subject_unit");
    assert_eq!(trail.at("/items/1/data/number"), "2026-000001");
    app.finish().await;
}

#[tokio::test]
async fn a_comment_is_a_row_and_the_state_stays() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let blank = command(&officer, &id, "comment", json!({ "text": " " })).await;
    blank.expect_problem(422, "invalid").expect_fault("/text");
    let photo = Photo::new();
    let body = json!({ "text": "现场情况复杂", "attachments": [photo.declared()] });
    let said = command(&officer, &id, "comment", body).await.expect(200);
    assert_eq!(said.at("/state"), "dispatched");
    assert_eq!(said.at("/rev"), "2");
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    assert_eq!(trail.at("/items/1/command"), "comment");
    assert_eq!(trail.at("/items/1/from"), "dispatched");
    assert_eq!(trail.at("/items/1/to"), "dispatched");
    assert_eq!(trail.at("/items/1/opinion"), "现场情况复杂");
    app.finish().await;
}

#[tokio::test]
async fn no_row_can_be_changed_or_deleted_even_by_sql() {
    let (app, inspector, _) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let mut sql = app.sql().await;
    for statement in [
        "UPDATE ticket_events SET opinion = '无事'",
        "UPDATE ticket_events SET at = at - interval '1 day'",
        "DELETE FROM ticket_events",
        "TRUNCATE ticket_events CASCADE",
    ] {
        let refused = sql.batch_execute(statement).await;
        let error = refused.expect_err(statement).to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    let rows = app
        .rows(&format!(
            "SELECT seq FROM ticket_events WHERE ticket_id = '{id}'"
        ))
        .await;
    assert_eq!(rows.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn neither_a_ticket_nor_whom_its_trail_may_name_can_be_removed_even_by_sql() {
    let (app, inspector, _) = city().await;
    Phone::of(&app, "inspector1").await;
    story::report("371602").post(&inspector).await;
    let mut sql = app.sql().await;
    for statement in [
        "DELETE FROM tickets",
        "TRUNCATE tickets CASCADE",
        "UPDATE tickets SET id = gen_random_uuid()",
        "DELETE FROM accounts",
        "UPDATE accounts SET id = gen_random_uuid()",
        "DELETE FROM units",
        "UPDATE units SET id = gen_random_uuid()",
        "DELETE FROM devices",
        "UPDATE devices SET id = gen_random_uuid()",
    ] {
        let refused = sql.batch_execute(statement).await;
        let error = refused.expect_err(statement).to_string();
        assert!(error.contains("never removed"), "{statement}: {error}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_auditor_reads_the_whole_trail_of_a_ticket_it_can_name_and_nothing_else() {
    let (app, inspector, _) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let auditor = app.login("auditor").await;
    let trail = auditor
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    assert_eq!(trail.at("/items/0/command"), "create");
    let name = pseudonym_of(&app, "inspector1").await;
    assert_eq!(trail.at("/items/0/actor"), &json!(name));
    auditor
        .get(&format!("tickets/{id}"))
        .await
        .expect_problem(403, "forbidden");
    command(&auditor, &id, "comment", json!({ "text": "查" }))
        .await
        .expect_problem(403, "forbidden");
    app.finish().await;
}
