//! Pushing: whatever the network does to a batch, each mutation is kept once, judged once, and told the same.

mod commands;
mod fault;
mod held;
mod late;
mod photos;
mod poison;
mod quarantine;
mod reports;
mod twins;
mod whole;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::TestApp;
use crate::harness::phone::Phone;
use crate::harness::story::{self, Draft, Photo};

/// A mutation of this kind, made of members.
pub fn mutation(kind: &str, members: Value) -> Value {
    let mut it = json!({ "mid": Uuid::new_v4(), "seq": 1, "kind": kind });
    let object = it.as_object_mut().expect("an object");
    object.extend(members.as_object().expect("an object").clone());
    it
}

/// A report as a mutation.
pub fn create(draft: &Draft) -> Value {
    mutation("report.create", draft.body())
}

/// A command as a mutation.
pub fn command(name: &str, ticket: &str, base_rev: &str, data: Value) -> Value {
    let members = json!({ "id": ticket, "base_rev": base_rev, "data": data });
    mutation(&format!("ticket.{name}"), members)
}

/// The mutation with another member.
pub fn with(mut it: Value, name: &str, value: impl Into<Value>) -> Value {
    let members = it.as_object_mut().expect("an object");
    members.insert(name.to_owned(), value.into());
    it
}

/// A submission with these photos beside it.
pub fn submit(ticket: &str, base_rev: &str, photos: &[Photo]) -> Value {
    let declared: Vec<Value> = photos.iter().map(Photo::declared).collect();
    let it = command("submit", ticket, base_rev, json!({ "measure": "已清理" }));
    with(it, "attachments", declared)
}

/// What the ledger says of a mutation.
pub async fn verdict_of(app: &TestApp, it: &Value) -> Option<String> {
    let mid = it["mid"].as_str().expect("a mid");
    let rows = app
        .rows(&format!(
            "SELECT verdict FROM mutation_log WHERE mid = '{mid}'"
        ))
        .await;
    let row = rows.first()?;
    Some(row["verdict"].as_str().expect("a word").to_owned())
}

/// How many rows each table has.
pub async fn counts(app: &TestApp) -> Value {
    let tables = [
        "mutation_log",
        "mutation_conflicts",
        "mutation_attachments",
        "reports",
        "report_amendments",
        "findings",
        "tickets",
        "ticket_events",
        "attachments",
    ];
    let columns: Vec<String> = tables
        .iter()
        .map(|table| format!("(SELECT count(*) FROM {table}) AS {table}"))
        .collect();
    app.rows(&format!("SELECT {}", columns.join(", ")))
        .await
        .remove(0)
}

/// A city with an inspector's phone and the phone of the officer who gets its garbage.
pub async fn city() -> (TestApp, Phone, Phone) {
    let app = TestApp::demo().await;
    let inspector = Phone::of(&app, "inspector1").await;
    let officer = Phone::of(&app, "officer-371602-sanitation").await;
    (app, inspector, officer)
}

/// A ticket that was pushed and filed.
pub async fn ticket(inspector: &Phone) -> String {
    let told = inspector.push_one(&create(&story::report("371602"))).await;
    let id = told
        .pointer("/findings/0/ticket/id")
        .and_then(Value::as_str);
    id.unwrap_or_else(|| panic!("no ticket was made: {told}"))
        .to_owned()
}
