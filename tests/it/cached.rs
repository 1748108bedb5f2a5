//! SQL by hand: prepared once a connection, and rows written by one parameter arrive as they are.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnection as _, RunQueryDsl};
use serde::Serialize;
use serde_json::json;
use xuncha::db::Conn;
use xuncha::db::cached::{Bytes, cached, insert};

use crate::harness::Database;

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    answer: String,
}

async fn ask(conn: &mut Conn, sql: &'static str) -> String {
    let row: Answer = cached(sql).get_result(conn).await.expect("a row");
    row.answer
}

#[tokio::test]
async fn a_statement_by_hand_is_prepared_once() {
    let database = Database::bare().await;
    let mut conn = Conn::establish(database.url()).await.expect("connects");
    for number in 0..3 {
        let row: Answer = cached("SELECT ($1 + $2)::text AS answer")
            .bind::<BigInt, _>(number)
            .bind::<BigInt, _>(4)
            .get_result(&mut conn)
            .await
            .expect("a sum");
        assert_eq!(row.answer, (number + 4).to_string());
    }
    let prepared = ask(
        &mut conn,
        "SELECT count(*)::text AS answer FROM pg_prepared_statements WHERE statement LIKE 'SELECT ($1 + $2)%'",
    )
    .await;
    assert_eq!(prepared, "1");
}

#[derive(Serialize)]
struct Row<'a> {
    id: i64,
    digest: Bytes<'a>,
    at: jiff::Timestamp,
    lat: f64,
    words: &'a [&'a str],
    data: serde_json::Value,
    note: Option<&'a str>,
}

#[tokio::test]
async fn rows_inserted_by_one_parameter_arrive_as_they_are() {
    let database = Database::bare().await;
    let mut conn = Conn::establish(database.url()).await.expect("connects");
    cached(
        "CREATE TABLE things (id bigint PRIMARY KEY, digest bytea, at timestamptz, lat float8, words text[], data jsonb, \
         note text, made bool DEFAULT true)",
    )
    .execute(&mut conn)
    .await
    .expect("a table");
    let row = |id| Row {
        id,
        digest: Bytes(&[0, 1, 255]),
        at: "2026-11-21T08:15:03.123456Z".parse().expect("an instant"),
        lat: 37.382_938_475_610_23,
        words: &["路面破损", "a, \"b\" {c}"],
        data: json!({"n": 1.5, "none": null}),
        note: None,
    };
    let written = insert("things", &[row(1), row(2)])
        .expect("rows")
        .execute(&mut conn)
        .await;
    assert_eq!(written, Ok(2));
    let again = insert("things", &[row(2), row(3)])
        .expect("rows")
        .then(" ON CONFLICT (id) DO NOTHING RETURNING id::text AS answer")
        .load::<Answer>(&mut conn)
        .await
        .expect("the new ones");
    assert_eq!(
        again
            .iter()
            .map(|row| row.answer.as_str())
            .collect::<Vec<_>>(),
        ["3"]
    );
    let same = ask(
        &mut conn,
        "SELECT (digest = '\\x0001ff' AND at = '2026-11-21T08:15:03.123456Z' AND lat = 37.38293847561023 \
         AND words = ARRAY['路面破损', 'a, \"b\" {c}'] AND data = '{\"n\": 1.5, \"none\": null}' AND note IS NULL \
         AND made)::text AS answer FROM things WHERE id = 1",
    )
    .await;
    assert_eq!(same, "true");
}
