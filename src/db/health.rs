//! Whether the database answers.

use diesel_async::RunQueryDsl as _;

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
