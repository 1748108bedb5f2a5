//! 更正: item, condition or position; whose it is and how long it may take follow.

use serde_json::json;

use super::{city, unit};
use crate::harness::phone::Phone;
use crate::harness::story::{self, INSIDE, command, ticket};
use crate::harness::{Client, shanghai};

/// The middle of a district, as a body has it.
fn inside(district: &str) -> serde_json::Value {
    let (_, lat, lon) = INSIDE
        .into_iter()
        .find(|(code, ..)| *code == district)
        .expect("a district of the demo city");
    json!({ "lat": lat, "lon": lon, "datum": "wgs84" })
}

async fn rectifying(inspector: &Client, officer: &Client) -> String {
    let id = story::report("371602").post(inspector).await.ticket;
    command(officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    id
}

#[tokio::test]
async fn the_same_unit_keeps_what_it_has_used_of_another_limit() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let id = rectifying(&inspector, &officer).await; // since Friday 10:00
    app.clock.set("2026-11-20 15:00");
    // Construction waste: the same unit's, with two work days of eight hours.
    let body = json!({ "item": "E0103", "condition": "b", "reason": "项目有误" });
    let corrected = command(&clerk, &id, "correct", body).await.expect(200);
    assert_eq!(corrected.at("/state"), "rectifying");
    assert_eq!(corrected.at("/item/code"), "E0103");
    assert_eq!(corrected.at("/condition/code"), "b");
    // Three of the sixteen hours are used up.
    assert_eq!(corrected.at("/deadline/remaining_work_s"), 13 * 3_600);
    let trail = clerk.get(&format!("tickets/{id}/trail")).await;
    let last = trail.list("/items").last().expect("a row");
    assert_eq!(last["data"]["command"]["before"]["item"], "E0102");
    assert_eq!(last["data"]["command"]["after"]["item"], "E0103");
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/item/code"), "E0103");
    app.finish().await;
}

#[tokio::test]
async fn another_unit_starts_a_full_limit_and_the_former_one_knows_of_it_no_more() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let id = rectifying(&inspector, &officer).await;
    app.clock.set("2026-11-20 15:00");
    let body = json!({ "position": inside("371603"), "reason": "位置有误" });
    let corrected = command(&clerk, &id, "correct", body).await.expect(200);
    assert_eq!(corrected.at("/state"), "dispatched");
    assert_eq!(corrected.at("/district/code"), "371603");
    let lead = unit(&app, "371603-sanitation").await;
    assert_eq!(corrected.at("/handling/lead/id"), &json!(lead));
    let due = shanghai("2026-11-23 09:00").to_string();
    assert_eq!(corrected.at("/deadline/due_at"), &json!(due));
    officer
        .get(&format!("tickets/{id}"))
        .await
        .expect_problem(404, "not_found");
    let theirs = app.login("officer-371603-sanitation").await;
    command(&theirs, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_suspended_ticket_that_is_anothers_is_suspended_no_more() {
    let (app, inspector, officer) = city().await;
    let (clerk, supervisor) = (app.login("clerk").await, app.login("supervisor").await);
    let id = rectifying(&inspector, &officer).await;
    let plan = json!({ "plan": "施工", "temporary_measure": "围挡", "resume_date": "2026-11-25" });
    command(&officer, &id, "request_suspension", plan)
        .await
        .expect(200);
    command(&supervisor, &id, "approve_suspension", json!({}))
        .await
        .expect(200);
    let here = json!({ "position": inside("371602"), "reason": "位置略偏" });
    let still = command(&clerk, &id, "correct", here).await.expect(200);
    assert_eq!(still.at("/state"), "suspended");
    let there = json!({ "position": inside("371603"), "reason": "位置有误" });
    let gone = command(&clerk, &id, "correct", there).await.expect(200);
    assert_eq!(gone.at("/state"), "dispatched");
    assert_eq!(gone.at("/handling/suspended_until"), &json!(null));
    assert!(app.rows("SELECT id FROM jobs").await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn in_triage_a_correction_settles_the_doubt_and_tells_whoever_found_it() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    let sent = story::report("371602").without_fix().post(&inspector).await;
    assert_eq!(sent.state, "triage");
    let id = sent.ticket;
    let mut phone = Phone::of(&app, "inspector1").await;
    phone.pull().await;
    let body = json!({ "position": inside("371603"), "reason": "电话核实" });
    let corrected = command(&clerk, &id, "correct", body).await.expect(200);
    assert_eq!(corrected.at("/state"), "triage");
    assert_eq!(corrected.at("/triage_reasons"), &json!([]));
    assert_eq!(corrected.at("/rev"), "1");
    phone.pull().await;
    assert_eq!(phone.doc("tickets", &id)["district"], "371603");
    let filed = command(&clerk, &id, "file", json!({})).await.expect(200);
    let lead = unit(&app, "371603-sanitation").await;
    assert_eq!(filed.at("/handling/lead/id"), &json!(lead));
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let id = rectifying(&inspector, &officer).await;
    let refused = [
        (json!({ "reason": "无" }), "/item"),
        (json!({ "item": "E9999", "reason": "错" }), "/item"),
        (json!({ "condition": "zz", "reason": "错" }), "/condition"),
        (
            json!({ "item": "W0505", "reason": "多个条件" }),
            "/condition",
        ),
        (
            json!({ "position": { "lat": 0.0, "lon": 0.0, "datum": "wgs84" }, "reason": "错" }),
            "/position",
        ),
        (
            json!({ "item": "E0102", "lead_unit": "nobody", "reason": "错" }),
            "/lead_unit",
        ),
        (json!({ "item": "E0102", "reason": "" }), "/reason"),
    ];
    for (body, pointer) in refused {
        command(&clerk, &id, "correct", body)
            .await
            .expect_problem(422, "invalid")
            .expect_fault(pointer);
    }
    let body = json!({ "item": "E0102", "reason": "错" });
    command(&officer, &id, "correct", body)
        .await
        .expect_problem(403, "forbidden");
    app.finish().await;
}
