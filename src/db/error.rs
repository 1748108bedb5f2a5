//! What can go wrong in the database, and which constraint said so.

use diesel::result::Error;

/// A failed query or transaction.
pub type DbError = Error;

/// Name of the constraint that refused a write, for mapping beside the call.
pub fn violated(error: &DbError) -> Option<&str> {
    match error {
        Error::DatabaseError(_, info) => info.constraint_name(),
        _ => None,
    }
}

/// Whether the failure lies with the connection or the server and not with the query: worth trying again later.
pub fn is_unavailable(error: &DbError) -> bool {
    use diesel::result::DatabaseErrorKind::{
        ClosedConnection, SerializationFailure, UnableToSendCommand,
    };
    match error {
        Error::DatabaseError(kind, info) => {
            matches!(
                kind,
                ClosedConnection | UnableToSendCommand | SerializationFailure
            ) || info.message().contains("connection closed")
                || info.message().contains("deadlock detected")
                || info.message().contains("terminating connection")
                || info.message().contains("canceling statement due to")
                || info.message().contains("read-only transaction")
        }
        Error::BrokenTransactionManager => true,
        _ => false,
    }
}
