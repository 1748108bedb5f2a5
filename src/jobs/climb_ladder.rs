//! Tickets that are late enough are brought to their next level, every minute.

use crate::services::{Services, supervision};

/// Issues the slips that are due. Safe to repeat; what is issued stays issued when it is broken off.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services) -> anyhow::Result<()> {
    supervision::climb(svc).await?;
    Ok(())
}
