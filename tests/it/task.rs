//! Tasks of inspectors: who is asked, what their phones hold, and that units learn nothing.

mod lookback;
mod recheck;

use serde_json::json;

use crate::harness::story::{self, command};
use crate::harness::{Client, TestApp, pseudonym_of};

/// The officer of Bincheng's sanitation bureau, which has every ticket of [`story::report`]`("371602")`.
const SANITATION: &str = "officer-371602-sanitation";

/// A ticket that `inspector1` reported and that awaits its recheck.
async fn awaiting_recheck(app: &TestApp) -> String {
    let inspector = app.login("inspector1").await;
    let officer = app.login(SANITATION).await;
    let sent = story::report("371602").post(&inspector).await;
    story::rectify(&officer, &sent.ticket).await;
    app.run_jobs().await;
    sent.ticket
}

/// The account of a user.
async fn account(app: &TestApp, username: &str) -> String {
    let me = app.login(username).await.get("me").await.expect(200);
    me.str("/id").to_owned()
}

/// The clerk asks an inspector; answers the task.
async fn ask(app: &TestApp, clerk: &Client, ticket: &str, username: &str) -> String {
    let body = json!({ "rechecker": pseudonym_of(app, username).await, "opinion": "请尽快核查" });
    command(clerk, ticket, "assign", body).await.expect(200);
    let of_ticket = format!("tasks?state=open&ticket={ticket}");
    let tasks = clerk.get(&of_ticket).await.expect(200);
    tasks.str("/items/0/id").to_owned()
}
