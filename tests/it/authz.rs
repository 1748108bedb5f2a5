//! Who gets what from every operation of the API, as one table: an operation without a row fails here. The rows tell the
//! status that each role of the demo city is answered when it calls with nothing but what the path asks for.

pub mod table;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use xuncha::http::openapi::document_json;

use crate::harness::{Client, DEMO_PASSWORD, TestApp};
use crate::openapi::operations;
use table::{ROWS, Row};

/// An account for each role, in the order of a row's statuses after "anonymous".
const CAST: [(&str, &str); 7] = [
    ("inspector", "inspector1"),
    ("officer", "officer-371602"),
    ("clerk", "clerk"),
    ("supervisor", "supervisor"),
    ("sponsor", "sponsor"),
    ("auditor", "auditor"),
    ("admin", "admin"),
];

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let document = document();
    let operations: BTreeSet<String> = operations(&document).map(|(_, _, id, _)| id).collect();
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.operation.to_owned()).collect();
    assert_eq!(rows.len(), ROWS.len(), "an operation has two rows");
    let without_row: Vec<_> = operations.difference(&rows).collect();
    assert!(
        without_row.is_empty(),
        "write rows in tests/it/authz/table.rs for {without_row:?}"
    );
    let gone: Vec<_> = rows.difference(&operations).collect();
    assert!(gone.is_empty(), "no operation has the rows {gone:?}");
}

#[tokio::test]
async fn every_role_is_answered_as_the_table_says() {
    let app = TestApp::demo().await;
    let document = document();
    add_sponsor(&app).await;
    let mut cast = vec![("anonymous", app.client())];
    for (role, username) in CAST {
        cast.push((role, app.login(username).await));
    }
    let mut wrong = Vec::new();
    for (method, path, id, _) in operations(&document) {
        let Some(row) = ROWS.iter().find(|row| row.operation == id) else {
            continue;
        };
        for ((role, client), expected) in cast.iter().zip(row.statuses) {
            // An operation that ends the caller's session gets one of its own.
            let client = match CAST.iter().find(|(name, _)| name == role) {
                Some((_, username)) if row.ends_session => app.login(username).await,
                _ => client.clone(),
            };
            let status = call(&client, &method, &path, row).await;
            if status != expected {
                wrong.push(format!("{id} as {role}: {status}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_document_says_which_operations_need_a_login() {
    let document = document();
    for (_, _, id, operation) in operations(&document) {
        let Some(row) = ROWS.iter().find(|row| row.operation == id) else {
            continue;
        };
        let secured = operation["security"]
            .as_array()
            .is_some_and(|security| !security.is_empty());
        let needs_login = row.statuses[0] == 401 && !row.is_login;
        assert_eq!(
            secured, needs_login,
            "{id}: security((\"bearer\" = [])) and the table disagree"
        );
    }
}

/// Calls with ids that exist nowhere, so that only the role decides between 403 and 404.
async fn call(client: &Client, method: &str, path: &str, row: &Row) -> u16 {
    let mut concrete = path.to_owned();
    for (parameter, value) in row.parameters {
        concrete = concrete.replace(&format!("{{{parameter}}}"), value);
    }
    while let (Some(from), Some(until)) = (concrete.find('{'), concrete.find('}')) {
        concrete.replace_range(from..=until, "00000000-0000-4000-8000-000000000000");
    }
    if !row.query.is_empty() {
        concrete = format!("{concrete}?{}", row.query);
    }
    let method: Method = method.parse().expect("a method of the document");
    let mut request = client.request(method.clone(), &concrete);
    for (name, value) in row.headers {
        request = request.header(name, value);
    }
    let request = match method {
        Method::GET | Method::HEAD | Method::DELETE => request,
        _ => request.body(row.media_type, row.body.unwrap_or("{}")),
    };
    request.await.status
}

/// The one role without an account in the demo city.
async fn add_sponsor(app: &TestApp) {
    let admin = app.login("admin").await;
    let units = admin.get("units").await.expect(200);
    let sponsor = json!({
        "username": "sponsor", "display_name": "包保领导", "password": DEMO_PASSWORD, "role": "sponsor",
        "unit": units.str("/items/0/id"),
    });
    admin.post("users").json(&sponsor).await.expect(201);
}

fn document() -> Value {
    let json = document_json(None).expect("the document is JSON");
    serde_json::from_str(&json).expect("the document is JSON")
}
