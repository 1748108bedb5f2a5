//! A recheck that the clerk asks for.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{SANITATION, account, ask, awaiting_recheck};
use crate::harness::phone::{Phone, Pulled};
use crate::harness::story::{self, command, recheck, ticket};
use crate::harness::{TestApp, pseudonym_of};

/// How the tasks left a phone: id and reason.
fn gone(pulled: &Pulled) -> Vec<(&str, &str)> {
    let left = pulled
        .changes
        .iter()
        .filter(|it| it["op"] == "gone" && it["c"] == "tasks");
    left.map(|it| {
        (
            it["id"].as_str().unwrap_or(""),
            it["reason"].as_str().unwrap_or(""),
        )
    })
    .collect()
}

fn mutation(kind: &str, id: &str, data: Value) -> Value {
    json!({ "mid": Uuid::new_v4(), "seq": 1, "kind": kind, "id": id, "base_rev": "1", "data": data })
}

#[tokio::test]
async fn the_one_who_is_asked_has_it_on_the_phone_and_the_unit_learns_nothing() {
    let app = TestApp::demo().await;
    let id = awaiting_recheck(&app).await;
    let (clerk, officer) = (app.login("clerk").await, app.login(SANITATION).await);
    let mut asked = Phone::of(&app, "inspector2").await;
    let mut other = Phone::of(&app, "inspector3").await;
    let mut unit = Phone::of(&app, SANITATION).await;
    for phone in [&mut asked, &mut other, &mut unit] {
        phone.pull().await;
    }
    let before = ticket(&officer, &id).await;
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);

    let task = ask(&app, &clerk, &id, "inspector2").await;
    asked.pull().await;
    let doc = asked.doc("tasks", &task);
    assert_eq!(doc["kind"], "recheck");
    assert_eq!(doc["ticket"], json!(id));
    assert_eq!(doc["note"], "请尽快核查");
    assert!(!doc.contains_key("inspector"));
    assert!(other.pull().await.changes.is_empty());
    assert!(unit.pull().await.changes.is_empty());
    let after = ticket(&officer, &id).await;
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.at(""), before.at(""));
    let same = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    assert_eq!(same.at(""), trail.at(""));
    let known = clerk.get(&format!("tickets/{id}/trail")).await.expect(200);
    assert!(
        known
            .list("/items")
            .iter()
            .any(|row| row["command"] == "assign")
    );

    command(&asked.client, &id, "recheck", recheck("fail"))
        .await
        .expect(200);
    let pulled = asked.pull().await;
    assert_eq!(gone(&pulled), [(task.as_str(), "done")]);
    let done = clerk.get("tasks?state=done").await.expect(200);
    assert_eq!(done.str("/items/0/id"), task);
    assert_eq!(done.at("/items/0/result"), "fail");
    // What the unit's trail shows has no gap where the office had its own row.
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    let numbers: Vec<i64> = trail
        .list("/items")
        .iter()
        .filter_map(|row| row["seq"].as_i64())
        .collect();
    let expected: Vec<i64> = (numbers[0]..).take(numbers.len()).collect();
    assert_eq!(numbers, expected);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn only_someone_who_may_recheck_can_be_asked_and_only_by_the_clerk() {
    let app = TestApp::demo().await;
    let id = awaiting_recheck(&app).await;
    let clerk = app.login("clerk").await;
    let may = clerk
        .get(&format!("tickets/{id}/recheckers"))
        .await
        .expect(200);
    let may: Vec<&str> = may
        .list("/items")
        .iter()
        .filter_map(|it| it["id"].as_str())
        .collect();
    let reporter = pseudonym_of(&app, "inspector1").await;
    assert!(!may.contains(&reporter.as_str()));
    assert!(may.contains(&pseudonym_of(&app, "inspector2").await.as_str()));
    let unfit = [
        reporter,
        account(&app, "inspector2").await,
        account(&app, SANITATION).await,
    ];
    for id_of in unfit {
        let body = json!({ "rechecker": id_of });
        command(&clerk, &id, "assign", body)
            .await
            .expect_problem(422, "invalid");
    }
    let body = json!({ "rechecker": pseudonym_of(&app, "inspector2").await });
    for username in ["supervisor", "inspector3"] {
        let other = app.login(username).await;
        command(&other, &id, "assign", body.clone())
            .await
            .expect_problem(403, "forbidden");
    }
    let dispatched = story::report("371602")
        .post(&app.login("inspector1").await)
        .await;
    command(&clerk, &dispatched.ticket, "assign", body)
        .await
        .expect_problem(409, "wrong_state");
    assert!(
        clerk
            .get("tasks")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn another_who_is_asked_takes_its_place() {
    let app = TestApp::demo().await;
    let id = awaiting_recheck(&app).await;
    let clerk = app.login("clerk").await;
    let first = ask(&app, &clerk, &id, "inspector2").await;
    let mut phone = Phone::of(&app, "inspector2").await;
    phone.pull().await;
    let second = ask(&app, &clerk, &id, "inspector3").await;
    assert_ne!(first, second);
    let pulled = phone.pull().await;
    assert_eq!(gone(&pulled), [(first.as_str(), "reassigned")]);
    assert!(pulled.changes[0]["accept_until"].is_string());
    // Work on it that was done before is answered with what became of it, and kept.
    let late = phone
        .push_one(&mutation("task.start", &first, json!({})))
        .await;
    assert_eq!(late["verdict"], "conflict");
    assert_eq!(late["doc"]["cancelled"], "reassigned");
    app.finish().await;
}

#[tokio::test]
async fn a_task_is_cancelled_when_its_ticket_goes_on_without_it() {
    let app = TestApp::demo().await;
    let id = awaiting_recheck(&app).await;
    let clerk = app.login("clerk").await;
    let task = ask(&app, &clerk, &id, "inspector2").await;
    let unable = app.login("inspector3").await;
    command(&unable, &id, "recheck", recheck("unable"))
        .await
        .expect(200);
    let open = clerk.get("tasks?state=open").await.expect(200);
    assert_eq!(open.str("/items/0/id"), task, "it still has to be done");
    command(&unable, &id, "recheck", recheck("pass"))
        .await
        .expect(200);
    let cancelled = clerk.get("tasks?state=cancelled").await.expect(200);
    assert_eq!(cancelled.str("/items/0/id"), task);
    assert_eq!(cancelled.at("/items/0/cancelled"), "moved_on");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn an_inspector_who_leaves_or_becomes_kin_leaves_its_tasks_to_the_clerk() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let clerk = app.login("clerk").await;
    let (first, second) = (awaiting_recheck(&app).await, awaiting_recheck(&app).await);
    let left = ask(&app, &clerk, &first, "inspector2").await;
    let moved = ask(&app, &clerk, &second, "inspector3").await;
    let mut phone = Phone::of(&app, "inspector3").await;
    phone.pull().await;
    let sanitation = app
        .rows("SELECT id FROM units WHERE code = '371602-sanitation'")
        .await;
    let changes = [
        ("inspector2", json!({ "active": false })),
        ("inspector3", json!({ "unit": sanitation[0]["id"] })),
    ];
    for (username, change) in changes {
        let user = account(&app, username).await;
        admin
            .patch(&format!("users/{user}"))
            .json(&change)
            .await
            .expect(200);
    }
    let cancelled = clerk.get("tasks?state=cancelled").await.expect(200);
    let mut cancelled: Vec<(&str, &str)> = cancelled
        .list("/items")
        .iter()
        .map(|it| {
            (
                it["id"].as_str().unwrap_or(""),
                it["cancelled"].as_str().unwrap_or(""),
            )
        })
        .collect();
    let mut expected = [(moved.as_str(), "unfit"), (left.as_str(), "unfit")];
    cancelled.sort_unstable();
    expected.sort_unstable();
    assert_eq!(cancelled, expected);
    phone.log_in_again(&app, "inspector3").await;
    phone.pull().await;
    assert!(phone.ids("tasks").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn an_inspector_starts_its_own_task_and_ends_it_by_rechecking() {
    let app = TestApp::demo().await;
    let id = awaiting_recheck(&app).await;
    let clerk = app.login("clerk").await;
    let task = ask(&app, &clerk, &id, "inspector2").await;
    let other = app.login("inspector3").await;
    other
        .post(&format!("tasks/{task}/start"))
        .json(&json!({}))
        .await
        .expect_problem(404, "not_found");
    assert!(
        other
            .get("tasks")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );

    let mut phone = Phone::of(&app, "inspector2").await;
    phone.pull().await;
    let started = phone
        .push_one(&mutation("task.start", &task, json!({})))
        .await;
    assert_eq!(
        (&started["verdict"], &started["rev"]),
        (&json!("applied"), &json!("2"))
    );
    assert_eq!(started["doc"]["state"], "started");
    let again = phone
        .push_one(&mutation("task.start", &task, json!({})))
        .await;
    assert_eq!(again["verdict"], "conflict");
    let finish = mutation("task.finish", &task, json!({ "result": "pass" }));
    let refused = phone.push_one(&finish).await;
    assert_eq!(
        (&refused["verdict"], &refused["code"]),
        (&json!("conflict"), &json!("recheck_instead"))
    );
    phone.pull().await;
    assert_eq!(phone.doc("tasks", &task)["state"], "started");

    command(&phone.client, &id, "recheck", recheck("pass"))
        .await
        .expect(200);
    phone.pull().await;
    assert!(phone.ids("tasks").is_empty());
    app.run_jobs().await;
    app.finish().await;
}
