//! Transactions that begin with more than `BEGIN`, in one round trip: each round costs a command as much as a statement does. Begun and ended
//! by services, like any other; a connection that is dropped in between is not lent again.

use diesel_async::{AnsiTransactionManager as Manager, TransactionManager as _};
use uuid::Uuid;

use super::{Conn, DbError, feed, ticket};

/// What every connection of a pool knows how to hold without being told the statements.
pub(super) fn preparing() -> String {
    format!(
        "PREPARE hold_readers AS {}; PREPARE hold_ticket (uuid) AS {}",
        feed::HOLD_READERS,
        ticket::HOLD
    )
}

/// Begins a transaction that holds readers and then a ticket from the start, as by [`hold_readers`](super::feed::hold_readers) and
/// [`hold`](super::ticket::hold). [`end`] ends it.
pub async fn begin_holding(conn: &mut Conn, ticket_id: Uuid) -> Result<(), DbError> {
    let begin = format!("BEGIN; EXECUTE hold_readers; EXECUTE hold_ticket('{ticket_id}')");
    let begun = Manager::begin_transaction_sql(conn, &begin).await;
    // Whoever moves readers, or has the ticket, was waited for too long, but PostgreSQL has begun: that is taken back, as a transaction that is counted.
    if begun.is_err()
        && Manager::begin_transaction_sql(conn, "ROLLBACK; BEGIN")
            .await
            .is_ok()
    {
        Manager::rollback_transaction(conn).await?;
    }
    begun
}

/// Ends a transaction as what was done in it ended: commits it, or takes all of it back.
///
/// # Errors
/// That of the work; else that of the commit.
pub async fn end<T, E: From<DbError>>(conn: &mut Conn, done: Result<T, E>) -> Result<T, E> {
    match done {
        Ok(done) => {
            Manager::commit_transaction(conn).await?;
            Ok(done)
        }
        Err(error) => match Manager::rollback_transaction(conn).await {
            Ok(()) | Err(DbError::BrokenTransactionManager) => Err(error),
            Err(unable) => Err(unable.into()),
        },
    }
}
