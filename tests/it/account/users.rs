//! The administrator's users.

use serde_json::{Value, json};
use xuncha::domain::account::Role;
use xuncha::services::account;
use xuncha::services::error::Code;

use super::{BUREAU, DISTRICT, add, city, city_with, log_in, user};
use crate::harness::{Client, DEMO_PASSWORD};

async fn names(admin: &Client, query: &[(&str, &str)]) -> Vec<String> {
    let page = admin.get("users").query(query).await.expect(200);
    let name = |user: &Value| user["username"].as_str().expect("a name").to_owned();
    page.list("/items").iter().map(name).collect()
}

#[tokio::test]
async fn a_new_user_can_be_read_where_it_was_put_and_can_log_in() {
    let (app, admin) = city().await;
    let made = admin
        .post("users")
        .json(&user("Officer-371602", "officer", Some(DISTRICT)))
        .await
        .expect(201);
    assert_eq!(made.at("/username"), "officer-371602");
    assert_eq!(made.at("/active"), true);
    assert_eq!(made.at("/created_at"), "2026-11-20T02:00:00Z");
    assert!(!made.text().contains("argon2"), "{}", made.text());

    let location = made.header("location").expect("where it is");
    let read = admin.get(location).await.expect(200);
    assert_eq!(read.json, made.json);
    app.login("officer-371602").await;
}

#[tokio::test]
async fn every_fault_of_a_new_user_is_named_at_once() {
    let (_app, admin) = city().await;
    let bad =
        json!({"username": "a b", "display_name": " ", "password": "short", "role": "officer"});
    let refused = admin
        .post("users")
        .json(&bad)
        .await
        .expect_problem(422, "invalid");
    let faults = refused
        .expect_fault("/username")
        .expect_fault("/display_name")
        .expect_fault("/password")
        .expect_fault("/unit");
    assert!(!faults.text().contains("short"), "{}", faults.text());

    let no_role = user("someone", "king", None);
    let refused = admin.post("users").json(&no_role).await;
    refused.expect_problem(422, "invalid").expect_fault("/role");
    let no_unit = user(
        "someone",
        "officer",
        Some("00000000-0000-4000-8000-00000000ffff"),
    );
    let refused = admin.post("users").json(&no_unit).await;
    refused.expect_problem(422, "invalid").expect_fault("/unit");
}

#[tokio::test]
async fn a_password_has_10_to_128_characters() {
    let (_app, admin) = city().await;
    for (at, (password, status)) in [
        ("九".repeat(9), 422),
        ("十".repeat(10), 201),
        ("x".repeat(128), 201),
        ("x".repeat(129), 422),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = user(&format!("clerk{at}"), "clerk", None);
        body["password"] = json!(password);
        admin.post("users").json(&body).await.expect(status);
    }
}

#[tokio::test]
async fn a_user_name_is_given_once_whatever_its_capitals() {
    let (_app, admin) = city().await;
    add(&admin, "张三", "clerk", None).await;
    add(&admin, "clerk", "clerk", None).await;
    for name in ["张三", "CLERK"] {
        let again = admin.post("users").json(&user(name, "clerk", None)).await;
        again.expect_problem(409, "username_taken");
    }
}

#[tokio::test]
async fn users_are_listed_in_pages_by_name_and_filtered() {
    let (_app, admin) = city().await;
    for name in ["b", "d", "a", "c"] {
        add(&admin, name, "clerk", None).await;
    }
    add(&admin, "of-bureau", "officer", Some(BUREAU)).await;
    let of_district = add(&admin, "of-district", "officer", Some(DISTRICT)).await;
    let off = json!({"active": false});
    let path = format!("users/{of_district}");
    admin.patch(&path).json(&off).await.expect(200);

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut query = vec![("limit", "2")];
        if !cursor.is_empty() {
            query.push(("cursor", &cursor));
        }
        let page = admin.get("users").query(&query).await.expect(200);
        let items = page.list("/items");
        seen.extend(items.iter().map(|user| user["username"].clone()));
        match page.at("/next_cursor") {
            Value::String(next) => cursor.clone_from(next),
            _ => break,
        }
    }
    assert_eq!(
        seen,
        ["a", "admin", "b", "c", "d", "of-bureau", "of-district"]
    );

    assert_eq!(names(&admin, &[("role", "admin")]).await, ["admin"]);
    assert_eq!(names(&admin, &[("unit", BUREAU)]).await, ["of-bureau"]);
    assert_eq!(
        names(&admin, &[("unit", DISTRICT)]).await,
        ["of-bureau", "of-district"]
    );
    assert_eq!(names(&admin, &[("active", "false")]).await, ["of-district"]);
    let both = [("unit", DISTRICT), ("active", "true")];
    assert_eq!(names(&admin, &both).await, ["of-bureau"]);
}

#[tokio::test]
async fn a_filter_that_means_nothing_is_refused() {
    let (_app, admin) = city().await;
    for query in [
        ("role", "king"),
        ("unit", "x"),
        ("actif", "true"),
        ("limit", "-1"),
    ] {
        let refused = admin.get("users").query(&[query]).await;
        refused.expect_problem(422, "invalid_query");
    }
    let refused = admin.get("users").query(&[("cursor", "x")]).await;
    refused.expect_problem(422, "list_cursor_invalid");
}

#[tokio::test]
async fn whoever_may_do_less_than_before_must_log_in_again() {
    let (app, admin, id) = city_with("someone", "officer", Some(DISTRICT)).await;
    let path = format!("users/{id}");
    for change in [
        json!({"unit": BUREAU}),
        json!({"role": "clerk"}),
        json!({"unit": null}),
        json!({"password": DEMO_PASSWORD}),
        json!({"active": false}),
    ] {
        let someone = app.login("someone").await;
        someone.get("me").await.expect(200);
        admin.patch(&path).json(&change).await.expect(200);
        let answer = someone.get("me").await;
        answer.expect_problem(401, "session_revoked");
    }
    let reasons = app
        .rows("SELECT DISTINCT revoke_reason FROM sessions WHERE revoked_at IS NOT NULL")
        .await;
    assert_eq!(reasons, [json!({"revoke_reason": "account_changed"})]);
}

#[tokio::test]
async fn what_changes_nothing_about_ones_rights_ends_no_session() {
    let (app, admin, id) = city_with("someone", "officer", Some(DISTRICT)).await;
    let someone = app.login("someone").await;
    let same = json!({"display_name": "王五", "role": "officer", "unit": DISTRICT, "active": true});
    let changed = admin.patch(&format!("users/{id}")).json(&same).await;
    assert_eq!(changed.expect(200).at("/display_name"), "王五");
    someone.get("me").await.expect(200);
}

#[tokio::test]
async fn a_new_password_replaces_the_old_one() {
    let (app, admin, id) = city_with("clerk", "clerk", None).await;
    let new = json!({"password": "another password"});
    admin
        .patch(&format!("users/{id}"))
        .json(&new)
        .await
        .expect(200);
    let old = log_in(&app, "clerk", DEMO_PASSWORD).await;
    old.expect_problem(401, "credentials_wrong");
    log_in(&app, "clerk", "another password").await.expect(200);
}

#[tokio::test]
async fn a_change_that_does_not_fit_changes_nothing() {
    let (_app, admin, id) = city_with("someone", "officer", Some(DISTRICT)).await;
    let path = format!("users/{id}");
    let before = admin.get(&path).await.expect(200).json;
    for (change, pointer) in [
        (json!({"unit": null}), "/unit"),
        (
            json!({"unit": "00000000-0000-4000-8000-00000000ffff"}),
            "/unit",
        ),
        (json!({"role": "king"}), "/role"),
        (json!({"password": "short"}), "/password"),
        (json!({"display_name": ""}), "/display_name"),
    ] {
        let refused = admin.patch(&path).json(&change).await;
        refused.expect_problem(422, "invalid").expect_fault(pointer);
    }
    let unknown = admin.patch(&path).json(&json!({"username": "x"})).await;
    unknown.expect_problem(422, "invalid");
    assert_eq!(admin.get(&path).await.expect(200).json, before);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let (app, admin) = city().await;
    let me = admin.get("me").await.expect(200).str("/id").to_owned();
    let path = format!("users/{me}");
    for change in [json!({"active": false}), json!({"role": "clerk"})] {
        let refused = admin.patch(&path).json(&change).await;
        refused.expect_problem(409, "last_admin");
    }
    add(&admin, "admin2", "admin", None).await;
    let clerk = json!({"role": "clerk"});
    admin.patch(&path).json(&clerk).await.expect(200);
    app.login("admin2").await.get("users").await.expect(200);
}

#[tokio::test]
async fn two_administrators_cannot_switch_each_other_off() {
    let (app, admin, other_id) = city_with("admin2", "admin", None).await;
    let other = app.login("admin2").await;
    let me = admin.get("me").await.expect(200).str("/id").to_owned();
    let off = json!({"active": false});
    let answers = tokio::join!(
        admin.patch(&format!("users/{other_id}")).json(&off).send(),
        other.patch(&format!("users/{me}")).json(&off).send(),
    );
    let mut statuses = [answers.0.status, answers.1.status];
    statuses.sort_unstable();
    assert!(
        statuses == [200, 409] || statuses == [200, 401],
        "{statuses:?}"
    );
    let left = app
        .rows("SELECT 1 FROM accounts WHERE role = 'admin' AND active")
        .await;
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn users_are_the_administrators_alone() {
    let (app, admin) = city().await;
    let me = admin.get("me").await.expect(200).str("/id").to_owned();
    for role in Role::ALL.map(Role::as_str) {
        if role == "admin" {
            continue;
        }
        add(&admin, role, role, Some(DISTRICT)).await;
        let someone = app.login(role).await;
        let path = format!("users/{me}");
        let requests = [
            someone.get("users"),
            someone.post("users").json(&user("x", "admin", None)),
            someone.get(&path),
            someone.patch(&path).json(&json!({"active": false})),
        ];
        for request in requests {
            request.await.expect_problem(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn a_user_that_is_not_there_is_not_found() {
    let (_app, admin) = city().await;
    for id in ["00000000-0000-4000-8000-00000000ffff", "x"] {
        let path = format!("users/{id}");
        admin.get(&path).await.expect_problem(404, "not_found");
        let answer = admin.patch(&path).json(&json!({"active": true})).await;
        answer.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let (app, _) = city().await;
    let (pool, passwords, now) = (&app.svc.pool, &app.svc.passwords, app.svc.now());
    let code = |username, password| async move {
        account::create_first_admin(pool, passwords, now, username, password)
            .await
            .err()
            .map(|error| error.code())
    };
    assert_eq!(
        code("Admin", DEMO_PASSWORD).await,
        Some(Code::UsernameTaken)
    );
    assert_eq!(code("root", "short").await, Some(Code::Invalid));
    assert_eq!(code("root", DEMO_PASSWORD).await, None);
    let root = app.login("root").await;
    assert_eq!(root.get("me").await.expect(200).at("/role"), "admin");
}
