//! A list as of an instant is the same whenever it is pulled, so it must not miss what was done before that instant and is not committed
//! yet. Whoever changes tickets reads the clock while holding readers; so it is enough to wait for those who hold them now.

use std::time::Duration;

use crate::db::Conn;
use crate::db::feed::writers::{still_under_way, under_way};
use crate::services::error::{Error, Result};

const PAUSE: Duration = Duration::from_millis(3);
/// Longer than any transaction that does its work; the database ends those that do not.
const PATIENCE: u32 = 3_300;

/// Waits for the changes that are under way; what begins later is later than any instant read before.
///
/// # Errors
/// `unavailable` when one of them does not come to its end.
pub async fn settle(conn: &mut Conn) -> Result<()> {
    let mut writers = under_way(conn).await?;
    for _ in 0..PATIENCE {
        if writers.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
        writers = still_under_way(conn, writers).await?;
    }
    Err(Error::unavailable(anyhow::anyhow!(
        "changes of tickets do not end: {writers:?}"
    )))
}
