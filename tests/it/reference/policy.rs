use serde_json::{Value, json};

use crate::harness::{Response, TestApp};

fn policy<'a>(answer: &'a Response, key: &str) -> &'a Value {
    let found = answer
        .list("/items")
        .iter()
        .find(|policy| policy["key"] == key);
    found.expect("the policy is listed")
}

#[tokio::test]
async fn a_change_is_a_new_version() {
    let app = TestApp::demo().await;
    let (admin, clerk) = (app.login("admin").await, app.login("clerk").await);
    let before = clerk
        .get("policies")
        .header("accept-language", "en")
        .await
        .expect(200);
    let age = policy(&before, "intake.fix_max_age_s");
    assert_eq!(age["value"], 120);
    assert_eq!(age["version"], 0);
    assert!(age["set_at"].is_null());
    assert!(age["meaning"].as_str().expect("words").contains("seconds"));
    let changes =
        json!({ "changes": { "intake.fix_max_age_s": 60, "routing.border": "centre_wins" } });
    let after = admin.put("policies").json(&changes).await.expect(200);
    let age = policy(&after, "intake.fix_max_age_s");
    assert_eq!(
        (&age["value"], &age["version"], &age["default"]),
        (&json!(60), &json!(1), &json!(120))
    );
    let again = admin.put("policies").json(&changes).await.expect(200);
    assert_eq!(
        policy(&again, "routing.border")["version"],
        1,
        "the same value makes no version"
    );
    let back = admin
        .put("policies")
        .json(&json!({ "changes": { "intake.fix_max_age_s": 120 } }))
        .await;
    assert_eq!(
        policy(&back.expect(200), "intake.fix_max_age_s")["version"],
        2
    );
    let rows = app
        .rows("SELECT value FROM policies WHERE key = 'intake.fix_max_age_s' ORDER BY version")
        .await;
    assert_eq!(rows.len(), 2, "old versions stay");
}

#[tokio::test]
async fn a_change_that_cannot_be_made_is_pointed_at_and_none_is_made() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let changes = json!({ "changes": {
        "intake.fix_max_age_s": 60,
        "intake.colour": "red",
        "routing.border": "toss",
        "evidence.photos_within_h": -1,
        "routing.fallback_unit": "nobody",
    } });
    admin
        .put("policies")
        .json(&changes)
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/changes/intake.colour")
        .expect_fault("/changes/routing.border")
        .expect_fault("/changes/evidence.photos_within_h")
        .expect_fault("/changes/routing.fallback_unit");
    for (key, figure) in [
        ("evidence.photos_within_h", 200_000_000_u32),
        ("intake.weak_accuracy_m", 0),
    ] {
        let change = json!({ "changes": { key: figure } });
        let refused = admin.put("policies").json(&change).await;
        refused
            .expect_problem(422, "invalid")
            .expect_fault(&format!("/changes/{key}"));
    }
    let after = admin.get("policies").await.expect(200);
    assert_eq!(policy(&after, "intake.fix_max_age_s")["version"], 0);
    assert_eq!(policy(&after, "routing.fallback_unit")["value"], "371600");
}

#[tokio::test]
async fn the_fallback_unit_can_be_named_and_taken_away() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    for value in [json!("371602"), Value::Null] {
        let changes = json!({ "changes": { "routing.fallback_unit": value } });
        let after = admin.put("policies").json(&changes).await.expect(200);
        assert_eq!(policy(&after, "routing.fallback_unit")["value"], value);
    }
}

#[tokio::test]
async fn only_an_administrator_sets_policies() {
    let app = TestApp::demo().await;
    let changes = json!({ "changes": {} });
    for (name, reads) in [
        ("clerk", 200),
        ("supervisor", 200),
        ("officer-371602", 403),
        ("inspector1", 403),
    ] {
        let person = app.login(name).await;
        person.get("policies").await.expect(reads);
        person
            .put("policies")
            .json(&changes)
            .await
            .expect_problem(403, "forbidden");
    }
}
