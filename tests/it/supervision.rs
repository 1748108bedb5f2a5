//! What the supervision office pulls.

mod backfill;
mod boards;
mod csv;
mod due_soon;
mod figures;
mod history;
pub mod ladder;
mod ledger;
mod map;
mod overdue;
mod slips;
mod stages;
mod statistics;
mod workbook;

use crate::harness::story::{self, Sent};
use crate::harness::{Client, TestApp};

/// The demo city on an ordinary Friday at 10:00, an inspector and the supervision office.
async fn city() -> (TestApp, Client, Client) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let supervisor = app.login("supervisor").await;
    (app, inspector, supervisor)
}

/// A ticket of Bincheng's sanitation bureau with four work hours to go.
async fn four_hours(inspector: &Client) -> Sent {
    story::report("371602").post(inspector).await
}

/// Copies of a ticket, as many as are asked for.
async fn copies(app: &TestApp, ticket: &str, count: usize) {
    app.let_feed_be_wrong();
    app.execute(&format!(
        "INSERT INTO tickets SELECT (jsonb_populate_record(t, jsonb_build_object(
             'id', gen_random_uuid(), 'number', '2026-9' || lpad(i::text, 5, '0'), 'finding_id', NULL))).*
           FROM tickets t, generate_series(1, {count}) i WHERE t.id = '{ticket}'"
    ))
    .await;
}
