//! What rows must keep, whoever writes them: the rules of the tables that every request writes are functions, and each has a name.

use diesel::result::DatabaseErrorKind::CheckViolation;
use diesel::result::Error::DatabaseError;
use diesel_async::SimpleAsyncConnection as _;

use crate::harness::{TestApp, story};

/// A change of every row of a table, and the rule that it breaks.
const BROKEN: [(&str, &str, &str); 24] = [
    ("tickets", "state = 'lost'", "state"),
    ("tickets", "rev = 0", "rev"),
    ("tickets", "lat = NULL", "position"),
    ("tickets", "clock = NULL", "clock"),
    ("tickets", "master_id = id", "master"),
    ("tickets", "state = 'merged'", "master"),
    ("tickets", "closed_at = now()", "closed"),
    ("tickets", "suspended_until = now()", "suspended"),
    ("tickets", "exempt = true", "exempt"),
    ("tickets", "forced = true", "forced"),
    ("tickets", "extensions = 3", "extensions"),
    ("tickets", "supervision_level = -1", "supervision_level"),
    ("tickets", "number = NULL", "filed"),
    ("reports", "source = 'hearsay'", "source"),
    ("reports", "datum = 'utm'", "datum"),
    ("reports", "raw_lat = NULL", "raw_position"),
    ("reports", "lat = NULL", "position"),
    ("reports", "captured_by = 'watch'", "captured_by"),
    ("reports", "captured_error_s = -1", "captured_error_s"),
    (
        "reports",
        "captured_at = now(), captured_by = NULL",
        "captured",
    ),
    ("attachments", "sha256 = '\\x00'", "sha256"),
    ("attachments", "size_bytes = 0", "size_bytes"),
    ("attachments", "blob_key = 'a', stored_at = NULL", "stored"),
    (
        "attachments",
        "rendition = 'ready', width_px = NULL",
        "ready",
    ),
];

#[tokio::test]
async fn a_row_that_breaks_a_rule_is_refused_by_the_name_of_the_rule() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    story::report("371602").post(&inspector).await;
    let mut sql = app.sql().await;
    for (table, change, rule) in BROKEN {
        let refused = sql
            .batch_execute(&format!("UPDATE {table} SET {change}"))
            .await;
        let Err(DatabaseError(CheckViolation, told)) = refused else {
            panic!("{table}: {change}: {refused:?}");
        };
        let name = format!("{table}_{rule}_check");
        assert_eq!(told.constraint_name(), Some(name.as_str()), "{change}");
        assert!(told.message().contains(&name), "{}", told.message());
        assert_eq!(told.table_name(), Some(table));
    }
    app.finish().await;
}

#[tokio::test]
async fn an_item_that_a_finding_may_be_of_cannot_be_removed_even_by_sql() {
    let app = TestApp::demo().await;
    let mut sql = app.sql().await;
    for statement in [
        "DELETE FROM catalogue_items",
        "UPDATE catalogue_items SET code = code || 'x'",
        "DELETE FROM filing_conditions",
        "UPDATE filing_conditions SET id = gen_random_uuid()",
    ] {
        let refused = sql.batch_execute(statement).await;
        let error = refused.expect_err(statement).to_string();
        assert!(error.contains("never removed"), "{statement}: {error}");
    }
    app.finish().await;
}
