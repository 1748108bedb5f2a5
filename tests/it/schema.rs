//! Rules of the database itself: migrations can be taken back, foreign keys are indexed, `src/db/schema.rs` is current.

mod digest;
mod generate;
mod rules;

use std::fs;
use std::path::Path;

use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use serde_json::Value;
use xuncha::db::Conn;
use xuncha::db::pool::{migrate, revert_from};

use crate::harness::{Database, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_up_down_up_leave_the_same_database() {
    let database = Database::bare().await;
    let bare = digest::of(database.url()).await;
    migrate(database.url()).await.expect("every up.sql runs");
    let first = digest::of(database.url()).await;
    revert_from(database.url(), "")
        .await
        .expect("every down.sql runs");
    let reverted = digest::of(database.url()).await;
    assert_eq!(reverted, bare, "something is left after every down.sql");
    migrate(database.url())
        .await
        .expect("every up.sql runs again");
    assert_eq!(digest::of(database.url()).await, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrating_a_database_that_is_up_to_date_changes_nothing() {
    let database = Database::empty().await;
    let applied = migrate(database.url()).await.expect("nothing to do");
    assert_eq!(applied, Vec::<String>::new());
}

/// The migration before it landed twice, the second time with what this one does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_whose_tallies_are_of_all_units_already_is_left_as_it_is() {
    let database = Database::empty().await;
    let first = digest::of(database.url()).await;
    let mut conn = Conn::establish(database.url())
        .await
        .expect("the test's database answers");
    conn.batch_execute("DELETE FROM __diesel_schema_migrations WHERE version = '20261127171000'")
        .await
        .expect("it is forgotten");
    let applied = migrate(database.url()).await.expect("nothing to do");
    assert_eq!(applied.len(), 1, "{applied:?}");
    assert_eq!(digest::of(database.url()).await, first);
}

#[tokio::test]
async fn every_foreign_key_leads_an_index() {
    let app = TestApp::empty().await;
    let unindexed = app
        .rows(
            "SELECT c.conrelid::regclass::text || '.' || c.conname AS name
             FROM pg_constraint c
             WHERE c.contype = 'f' AND NOT EXISTS (
                 SELECT FROM pg_index i
                 WHERE i.indrelid = c.conrelid
                   AND (i.indpred IS NULL
                        OR pg_get_expr(i.indpred, i.indrelid) = format('(%s IS NOT NULL)', pg_get_indexdef(i.indexrelid, 1, true)))
                   AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
                   AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] <@ c.conkey)
             ORDER BY 1",
        )
        .await;
    let names: Vec<&Value> = unindexed.iter().map(|row| &row["name"]).collect();
    assert!(
        names.is_empty(),
        "no index begins with the columns of {names:?}"
    );
}

#[tokio::test]
async fn every_instant_has_a_time_zone_and_every_constraint_a_name_of_its_table() {
    let app = TestApp::empty().await;
    let naive = app
        .rows(
            "SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type IN ('timestamp without time zone', 'character varying', 'json')
               AND table_name <> '__diesel_schema_migrations'",
        )
        .await;
    assert_eq!(
        naive,
        Vec::<Value>::new(),
        "use timestamptz, text and jsonb"
    );
    let nameless = app
        .rows(
            "SELECT conrelid::regclass::text AS table, conname FROM pg_constraint
             WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace AND contype <> 'n'
               AND NOT starts_with(conname, conrelid::regclass::text)
               AND conrelid <> '__diesel_schema_migrations'::regclass",
        )
        .await;
    assert_eq!(nameless, Vec::<Value>::new());
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "how a person asks this test to write the file"
)]
async fn the_schema_of_diesel_is_that_of_the_database() {
    let database = Database::empty().await;
    let mut conn = Conn::establish(database.url())
        .await
        .expect("the test's database");
    let current = generate::schema(&mut conn).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema.rs");
    if std::env::var("UPDATE_SCHEMA").is_ok() {
        fs::write(&path, &current).expect("the project can be written to");
    }
    let committed = fs::read_to_string(&path).expect("UTF-8");
    assert!(
        committed == current,
        "src/db/schema.rs is not what the migrations make: run `UPDATE_SCHEMA=1 script/test schema`"
    );
}
