//! Whether Xuncha can do its work now: the database answers and the photo store takes a write.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Error, Result, Services};
use crate::db;

/// How long an answer of the photo store counts: S3 bills each write.
const BLOBS_CHECKED_FOR: Duration = Duration::from_secs(10);

/// What is remembered between checks.
#[derive(Debug, Default)]
pub struct Health {
    blobs_ok_at: Mutex<Option<Instant>>,
}

impl Health {
    /// Whether requests can be served. A failure is never remembered: the next check looks again.
    ///
    /// # Errors
    /// `unavailable` when the database or the photo store does not answer.
    pub async fn check(&self, svc: &Services) -> Result<()> {
        let mut conn = svc.conn().await?;
        db::health::ping(&mut conn)
            .await
            .map_err(Error::unavailable)?;
        drop(conn);
        let mut ok_at = self.blobs_ok_at.lock().await;
        if ok_at.is_some_and(|at| at.elapsed() < BLOBS_CHECKED_FOR) {
            return Ok(());
        }
        *ok_at = None;
        svc.blobs.health().await.map_err(Error::unavailable)?;
        *ok_at = Some(Instant::now());
        Ok(())
    }
}

/// For how long the oldest transaction that has written something has been open, in seconds: phones that pull meanwhile look past
/// it, and nothing that died since can be cleared away.
///
/// # Errors
/// `internal` or `unavailable`.
pub async fn oldest_writer_s(svc: &Services) -> Result<f64> {
    let mut conn = svc.conn().await?;
    Ok(db::health::oldest_writer_s(&mut conn).await?)
}
