//! Reference data: files imported whole or not at all, lists, policies, and the demo city.

mod areas;
mod calendar;
mod demo;
mod dry_run;
mod items;
mod lists;
mod memory;
mod parsers;
mod points;
mod policy;
mod sheet;
mod units;
mod users;

use crate::harness::{Client, Response, TestApp};

/// Sends a file.
async fn import(admin: &Client, kind: &str, file: impl Into<Vec<u8>>) -> Response {
    admin
        .post(&format!("imports/{kind}"))
        .body("application/octet-stream", file)
        .await
}

/// How many rows a table has.
async fn count(app: &TestApp, table: &str) -> i64 {
    let rows = app
        .rows(&format!("SELECT count(*) AS n FROM {table}"))
        .await;
    rows.first()
        .and_then(|row| row.get("n")?.as_i64())
        .expect("a count")
}

/// The file must be refused for this place and for no other, in both languages.
#[track_caller]
fn assert_refused_at(answer: Response, place: &str, word: &str) {
    let answer = answer.expect_problem(422, "import_refused");
    let errors = answer.list("/errors");
    assert_eq!(errors.len(), 1, "{}", answer.text());
    assert_eq!(answer.str("/errors/0/pointer"), place, "{}", answer.text());
    let detail = answer.str("/errors/0/detail");
    assert!(detail.contains(word), "{detail} says nothing of {word}");
}
