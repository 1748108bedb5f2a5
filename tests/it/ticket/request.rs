//! What a unit asks of the office, and what two supervisors decide: each mechanism by itself, then the inbox.

mod appeal;
mod extension;
mod force_closing;
mod inbox;
mod suspension;

use serde_json::json;

use super::{DISTRICT, SANITATION, city};
use crate::harness::story::{self, command};
use crate::harness::{Client, Response, TestApp};

/// A ticket that its lead unit works on since Friday 10:00, with four work hours: due at 16:00.
async fn rectifying(inspector: &Client, officer: &Client) -> String {
    let id = story::report("371602").post(inspector).await.ticket;
    command(officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    id
}

/// Asks for an extension.
async fn ask_extension(officer: &Client, id: &str) -> Response {
    command(
        officer,
        id,
        "request_extension",
        json!({ "reason": "雨天无法施工" }),
    )
    .await
}

/// Asks for a suspension until a day.
async fn ask_suspension(officer: &Client, id: &str, day: &str) -> Response {
    let body = json!({
        "reason": "管网改造", "plan": "春季施工", "temporary_measure": "围挡并设警示牌", "resume_date": day,
    });
    command(officer, id, "request_suspension", body).await
}

/// Whether a command is among those that someone may give now.
fn may(seen: &Response, command: &str) -> bool {
    seen.list("/allowed").iter().any(|word| word == command)
}

/// The demo city's clerk and its two supervisors.
async fn office(app: &TestApp) -> (Client, Client, Client) {
    (
        app.login("clerk").await,
        app.login("supervisor").await,
        app.login("supervisor2").await,
    )
}
