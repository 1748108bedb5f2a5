//! The oracle of `xuncha simulate`: what every reader should hold, and what the city holds, in plain SQL on the base tables.
//! Written apart from the feed, the scopes and the documents that it judges: it may use none of them, nor their views, and
//! the server may not use it.

mod holdings;
mod reader;

use diesel::sql_types::{Array, Jsonb, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{Conn, DbError};

pub use holdings::{jobs_left, ledger, made_twice, markers_in_trail, photos, reports};
pub use reader::{Expected, expected};

/// The rows of a query over ids as JSON objects.
async fn rows(conn: &mut Conn, query: &str, ids: &[Uuid]) -> Result<Vec<Value>, DbError> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        row: Value,
    }
    let rows: Vec<Row> =
        diesel::sql_query(format!("SELECT to_jsonb(q) AS row FROM ({query}) AS q"))
            .bind::<Array<SqlUuid>, _>(ids)
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(|row| row.row).collect())
}
