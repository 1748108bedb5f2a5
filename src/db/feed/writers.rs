//! Who is changing tickets just now: a list as of an instant waits for those that had begun by then.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    writer: String,
}

/// Transactions that hold readers ([`hold_readers`](super::hold_readers)), by names that no later one has.
pub async fn under_way(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    let rows: Vec<Row> = cached(HOLDERS).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.writer).collect())
}

/// Those of these that are still under way.
pub async fn still_under_way(
    conn: &mut Conn,
    writers: Vec<String>,
) -> Result<Vec<String>, DbError> {
    let rows: Vec<Row> = cached(HOLDERS)
        .then(" AND virtualtransaction = ANY ($1)")
        .bind::<Array<Text>, _>(writers)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.writer).collect())
}

/// PostgreSQL keeps the key of an advisory lock in two halves.
const HOLDERS: &str = "\
SELECT virtualtransaction AS writer FROM pg_locks \
 WHERE locktype = 'advisory' AND granted AND objsubid = 1 \
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
   AND (classid::bigint << 32 | objid::bigint) = hashtext('xuncha readers')";
