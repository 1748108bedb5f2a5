//! Trails that were there before they were chained are chained once, at the first start after the migration, before anything is served.
//! It can be broken off at any time and goes on at the next start.

use crate::db::audit::unhashed::chain_some;
use crate::db::{AsyncConnection as _, Conn};
use crate::services::error::{Error, Result};

/// Tickets of one transaction.
const AT_ONCE: i64 = 500;

/// Chains what is not chained; tells `progress` after each batch how many tickets are done. Answers how many were.
///
/// # Errors
/// `unavailable` when the database does not answer: what was done until then stays done.
pub async fn backfill(conn: &mut Conn, progress: &dyn Fn(usize)) -> Result<usize> {
    let mut done = 0;
    loop {
        let chained = conn
            .transaction::<_, Error, _>(async |conn| Ok(chain_some(conn, AT_ONCE).await?))
            .await?;
        if chained == 0 {
            return Ok(done);
        }
        done += chained;
        progress(done);
    }
}
