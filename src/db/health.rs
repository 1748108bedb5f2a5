//! Whether the database answers.

use diesel::QueryableByName;
use diesel::sql_types::Double;
use diesel_async::RunQueryDsl;

use super::{Conn, DbError};

/// One round trip to the server.
///
/// # Errors
/// [`DbError`] when it does not answer.
pub async fn ping(conn: &mut Conn) -> Result<(), DbError> {
    diesel::sql_query("SELECT 1")
        .execute(conn)
        .await
        .map(|_| ())
}

/// For how long the oldest transaction that has written something has been open, in seconds; 0 without one.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn oldest_writer_s(conn: &mut Conn) -> Result<f64, DbError> {
    #[derive(QueryableByName)]
    struct AgeRow {
        #[diesel(sql_type = Double)]
        age_s: f64,
    }
    let row: AgeRow = diesel::sql_query(
        "SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float8 AS age_s FROM pg_stat_activity \
          WHERE datname = current_database() AND backend_xid IS NOT NULL",
    )
    .get_result(conn)
    .await?;
    Ok(row.age_s)
}
