//! The life of a ticket: the pure machine as a table, then the loop as people live it, over HTTP.

mod assign;
mod borders;
mod comment;
mod cooperating;
mod correct;
pub mod crowd;
mod dispatch;
mod duplicate;
mod duty;
mod handbook;
mod handover;
mod life;
mod machine;
mod matrix;
mod photos;
mod race;
mod recurrence;
mod request;
mod routing;
mod ruling;
mod secrecy;
mod stages;
mod trail;
mod triage;
mod version;

use serde_json::{Value, json};

use crate::harness::{Client, TestApp, story};

/// The officer of Bincheng's sanitation bureau, which has every ticket of [`story::report`]`("371602")`.
const SANITATION: &str = "officer-371602-sanitation";
/// The officer of the district office above it.
const DISTRICT: &str = "officer-371602";

/// The demo city, an inspector, and the officer of Bincheng's sanitation bureau.
async fn city() -> (TestApp, Client, Client) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login(SANITATION).await;
    (app, inspector, officer)
}

/// Adds a user of the demo city and logs in.
async fn newcomer(app: &TestApp, username: &str, role: &str, unit_code: &str) -> Client {
    let admin = app.login("admin").await;
    let unit = unit(app, unit_code).await;
    let body = json!({
        "username": username, "display_name": "某人", "password": crate::harness::DEMO_PASSWORD,
        "role": role, "unit": unit,
    });
    admin.post("users").json(&body).await.expect(201);
    app.login(username).await
}

/// The id of a unit.
async fn unit(app: &TestApp, code: &str) -> String {
    let rows = app
        .rows(&format!("SELECT id FROM units WHERE code = '{code}'"))
        .await;
    text(rows.first().and_then(|row| row.get("id")))
}

fn text(value: Option<&Value>) -> String {
    let text = value.and_then(Value::as_str);
    text.expect("a text").to_owned()
}

/// A ticket that the lead unit has submitted and that awaits its recheck.
async fn awaiting_recheck(inspector: &Client, officer: &Client) -> String {
    let sent = story::report("371602").post(inspector).await;
    story::rectify(officer, &sent.ticket).await;
    sent.ticket
}
