//! Commands to tickets: judged on what the ticket is now.

use serde_json::json;
use uuid::Uuid;

use super::{city, command, submit, ticket};
use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo};

#[tokio::test]
async fn a_command_on_the_version_seen_is_applied_and_on_an_older_one_merged() {
    let (app, inspector, mut officer) = city().await;
    let id = ticket(&inspector).await;
    officer.pull().await;
    let told = officer
        .push_one(&command("acknowledge", &id, "1", json!({})))
        .await;
    assert_eq!(
        (&told["verdict"], &told["rev"]),
        (&json!("applied"), &json!("2")),
        "{told}"
    );
    assert_eq!(told["doc"]["state"], "rectifying");
    assert_eq!(told["safe_to_delete"], true);
    // Done offline before the phone had heard of version 2.
    let told = officer
        .push_one(&command("comment", &id, "1", json!({ "text": "马上到" })))
        .await;
    assert_eq!(
        (&told["verdict"], &told["rev"]),
        (&json!("merged"), &json!("3")),
        "{told}"
    );
    // The document is the one that the phone pulls.
    officer.pull().await;
    assert_eq!(told["doc"], json!(officer.doc("tickets", &id)));
    app.finish().await;
}

#[tokio::test]
async fn a_command_that_is_not_allowed_now_is_a_conflict_with_what_is() {
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    let early = submit(&id, "1", &[Photo::new()]);
    let told = officer.push_one(&early).await;
    let said = [
        &told["verdict"],
        &told["code"],
        &told["state"],
        &told["rev"],
    ];
    assert_eq!(
        said,
        ["conflict", "wrong_state", "dispatched", "1"],
        "{told}"
    );
    assert_eq!(
        told["allowed"],
        json!(["acknowledge", "return", "comment", "assign"])
    );
    assert_eq!(told["doc"]["state"], "dispatched");
    officer
        .push_one(&command("acknowledge", &id, "1", json!({})))
        .await;
    // It was judged once: what is allowed now does not change the verdict.
    let again = officer.push_one(&early).await;
    assert_eq!(
        (&again["verdict"], &again["seen_before"]),
        (&json!("conflict"), &json!(true))
    );
    assert_eq!(again["doc"]["state"], "rectifying");
    app.finish().await;
}

#[tokio::test]
async fn a_recheck_before_the_photos_is_a_conflict() {
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    let after = Photo::new();
    let work = [
        command("acknowledge", &id, "1", json!({})),
        submit(&id, "1", &[after]),
    ];
    for told in officer.push(&work).await {
        assert!(
            ["applied", "merged"].contains(&told["verdict"].as_str().expect("a word")),
            "{told}"
        );
    }
    let rechecker = Phone::of(&app, "inspector2").await;
    let body = story::recheck("pass");
    let it = command(
        "recheck",
        &id,
        "3",
        json!({ "result": "pass", "opinion": "好" }),
    );
    let told = rechecker
        .push_one(&super::with(it, "attachments", body["attachments"].clone()))
        .await;
    assert_eq!(
        (&told["verdict"], &told["code"]),
        (&json!("conflict"), &json!("photos_pending")),
        "{told}"
    );
    assert!(
        told["doc"]["lead"].is_null(),
        "an inspector does not learn who handles it"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_whole_life_of_a_ticket_can_be_pushed() {
    let (app, inspector, officer) = city().await;
    let clerk = Phone::of(&app, "clerk").await;
    let supervisor = Phone::of(&app, "supervisor").await;
    let weak = super::create(&story::report("371602").accuracy(None));
    let told = inspector.push_one(&weak).await;
    let id = told["findings"][0]["ticket"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let not_ours = json!({ "reason": "not_our_duty", "text": "不是我们的" });
    let after = Photo::new();
    after.put(&officer.client).await.expect(201);
    let steps = [
        (&clerk, command("file", &id, "1", json!({})), "dispatched"),
        (
            &officer,
            command("return", &id, "2", not_ours.clone()),
            "returned",
        ),
        (
            &clerk,
            command(
                "redispatch",
                &id,
                "3",
                json!({ "unit": "371602-sanitation", "opinion": "是" }),
            ),
            "dispatched",
        ),
        (
            &officer,
            command("acknowledge", &id, "4", json!({})),
            "rectifying",
        ),
        (&officer, command("return", &id, "5", not_ours), "disputed"),
        (
            &supervisor,
            command(
                "rule_ownership",
                &id,
                "6",
                json!({ "unit": "371602-sanitation", "opinion": "确权" }),
            ),
            "dispatched",
        ),
        (
            &officer,
            command("acknowledge", &id, "7", json!({})),
            "rectifying",
        ),
        (&officer, submit(&id, "8", &[after]), "awaiting_recheck"),
        (
            &clerk,
            super::with(
                command("recheck", &id, "9", json!({ "result": "pass" })),
                "attachments",
                json!([Photo::new().declared()]),
            ),
            "closed",
        ),
    ];
    for (phone, it, state) in steps {
        let told = phone.push_one(&it).await;
        assert_eq!(
            (&told["verdict"], &told["doc"]["state"]),
            (&json!("applied"), &json!(state)),
            "{told}"
        );
    }
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn what_the_caller_may_see_but_not_do_is_quarantined() {
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    let told = inspector
        .push_one(&command("acknowledge", &id, "1", json!({})))
        .await;
    assert_eq!(
        (&told["verdict"], &told["code"]),
        (&json!("quarantined"), &json!("forbidden")),
        "{told}"
    );
    assert!(told.get("doc").is_none());
    let short = json!({ "master": Uuid::new_v4() });
    let told = officer.push_one(&command("merge", &id, "1", short)).await;
    assert_eq!(told["code"], "forbidden");
    officer
        .push_one(&command("acknowledge", &id, "1", json!({})))
        .await;
    let told = officer
        .push_one(&command("submit", &id, "2", json!({})))
        .await;
    assert_eq!(
        (&told["code"], &told["path"]),
        (&json!("photos_required"), &json!("/attachments")),
        "{told}"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_is_asked_and_decided_can_be_pushed_and_is_told_to_phones() {
    let (app, inspector, mut officer) = city().await;
    let clerk = Phone::of(&app, "clerk").await;
    let supervisor = Phone::of(&app, "supervisor").await;
    let id = ticket(&inspector).await;
    let plan = json!({ "plan": "施工", "temporary_measure": "围挡", "resume_date": "2026-11-25" });
    let why = || json!({ "reason": "雨" });
    let steps = [
        (&officer, "acknowledge", json!({}), "1"),
        (&officer, "request_extension", why(), "2"),
        (&clerk, "approve_extension", json!({}), "3"),
        (&supervisor, "supervise", why(), "4"),
        (
            &officer,
            "reply",
            json!({ "slip": "DB-2026-000001", "text": "已到场" }),
            "5",
        ),
        (
            &officer,
            "assign",
            json!({ "assignee": "officer-371602-sanitation" }),
            "6",
        ),
        (&officer, "request_suspension", plan, "7"),
    ];
    for (phone, name, data, rev) in steps {
        let told = phone.push_one(&command(name, &id, rev, data)).await;
        assert_eq!(told["verdict"], "applied", "{name}: {told}");
    }
    // A second one while the first waits is a conflict, not an error.
    let told = officer
        .push_one(&command("request_extension", &id, "8", why()))
        .await;
    assert_eq!(told["verdict"], "applied", "{told}");
    let told = officer
        .push_one(&command("request_extension", &id, "9", why()))
        .await;
    assert_eq!(
        (&told["verdict"], &told["code"]),
        (&json!("conflict"), &json!("request_open")),
        "{told}"
    );
    officer.pull().await;
    let held = officer.doc("tickets", &id);
    assert_eq!(held["open_requests"], json!(["extension", "suspension"]));
    assert_eq!(
        (&held["extensions"], &held["supervision_level"]),
        (&json!(1), &json!(1))
    );
    assert!(held["assignee"].is_string());
    supervisor
        .push_one(&command("approve_suspension", &id, "9", json!({})))
        .await;
    officer.pull().await;
    let held = officer.doc("tickets", &id);
    assert_eq!(held["state"], "suspended");
    assert_eq!(held["suspended_until"], "2026-11-24T16:00:00Z");
    assert!(!held.contains_key("open_requests"), "the extension lapsed");
    app.clock.set("2026-11-25 08:00");
    app.run_jobs().await;
    app.finish().await;
}
