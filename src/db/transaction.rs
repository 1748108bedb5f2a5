//! Transactions that go out with what is asked in them: `BEGIN` in the same round trip as the first questions, `COMMIT` with the first one
//! behind it. Each round costs a command as much as a statement does. Begun and ended by services, like any other; a connection that is
//! dropped in between is not lent again.

use std::num::NonZeroU32;

use diesel::connection::TransactionDepthChange;
use diesel_async::{
    AnsiTransactionManager as Manager, SimpleAsyncConnection as _, TransactionManager as _,
};
use futures_util::future::try_join;
use uuid::Uuid;

use super::{Conn, DbError, feed, ticket};

/// What every connection of a pool knows how to hold without being told the statements. It is asked by name in the simple protocol, which needs
/// no preparation: whatever goes out beside it comes behind it, on a new connection too.
pub(super) fn preparing() -> String {
    format!(
        "PREPARE hold_readers AS {}; PREPARE hold_ticket (uuid) AS {}",
        feed::HOLD_READERS,
        ticket::HOLD
    )
}

/// Begins a transaction and asks `first` in it. [`end`] ends it.
///
/// # Errors
/// What `first` answers; then the transaction is over.
pub async fn begin<T, E: From<DbError>>(
    conn: &mut Conn,
    first: impl AsyncFnOnce(&Conn) -> Result<T, E>,
) -> Result<T, E> {
    begin_by("BEGIN", conn, first).await
}

/// Begins a transaction that holds readers from the start, as by [`hold_readers`](super::feed::hold_readers), and asks `first` once it does.
/// [`end`] ends it.
///
/// # Errors
/// As [`begin`]; and when they are being moved for too long.
pub async fn begin_holding_readers<T, E: From<DbError>>(
    conn: &mut Conn,
    first: impl AsyncFnOnce(&Conn) -> Result<T, E>,
) -> Result<T, E> {
    begin_by("BEGIN; EXECUTE hold_readers", conn, first).await
}

/// Begins a transaction that holds readers and then a ticket from the start, as by [`hold_readers`](super::feed::hold_readers) and
/// [`hold`](super::ticket::hold), and asks `first` once it does. [`end`] ends it.
///
/// # Errors
/// As [`begin`]; and when readers are being moved, or somebody else holds the ticket, for too long.
pub async fn begin_holding<T, E: From<DbError>>(
    conn: &mut Conn,
    ticket_id: Uuid,
    first: impl AsyncFnOnce(&Conn) -> Result<T, E>,
) -> Result<T, E> {
    let begin = format!("BEGIN; EXECUTE hold_readers; EXECUTE hold_ticket('{ticket_id}')");
    begin_by(&begin, conn, first).await
}

async fn begin_by<T, E: From<DbError>>(
    sql: &str,
    conn: &mut Conn,
    first: impl AsyncFnOnce(&Conn) -> Result<T, E>,
) -> Result<T, E> {
    if Manager::transaction_manager_status_mut(conn)
        .transaction_depth()?
        .is_some()
    {
        return Err(DbError::AlreadyInTransaction.into());
    }
    // It counts before PostgreSQL has heard of it, so that a connection that is dropped meanwhile is not taken for one without.
    count(conn, TransactionDepthChange::IncreaseDepth)?;
    let begun = send(conn, sql);
    let asked = try_join(async { Ok(begun.await?) }, first(conn)).await;
    match asked {
        Ok(((), answer)) => Ok(answer),
        // Part of it may have begun.
        Err(error) => end(conn, Err(error)).await,
    }
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

/// Ends a transaction that is within no other as [`end`] does, and asks `next` behind the commit, which sees what others have committed before.
///
/// # Errors
/// That of the work; else that of the commit, after which the connection is not lent again; else that of `next`.
pub async fn end_and_ask<T, N, E: From<DbError>>(
    conn: &mut Conn,
    done: Result<T, E>,
    next: impl AsyncFnOnce(&Conn) -> Result<N, E>,
) -> Result<(T, N), E> {
    let done = match done {
        Ok(done) => done,
        Err(error) => return end(conn, Err(error)).await,
    };
    let status = Manager::transaction_manager_status_mut(conn);
    if status.transaction_depth()? != Some(NonZeroU32::MIN) {
        return Err(DbError::NotInTransaction.into());
    }
    let committed = send(conn, "COMMIT");
    let asked = try_join(committed, async { Ok(next(conn).await) }).await;
    let ((), asked) = asked?;
    count(conn, TransactionDepthChange::DecreaseDepth)?;
    Ok((done, asked?))
}

/// Sends statements at once when it is first polled, before anything that is polled behind it.
async fn send(mut conn: &Conn, sql: &str) -> Result<(), DbError> {
    conn.batch_execute(sql).await
}

/// What the connection believes of its transaction.
fn count(conn: &mut Conn, change: TransactionDepthChange) -> Result<(), DbError> {
    let status = Manager::transaction_manager_status_mut(conn);
    status.transaction_state()?.change_transaction_depth(change)
}
