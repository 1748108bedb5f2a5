//! What nobody waits for any more is cleared away, once a day.

use crate::services::{Services, evidence, queue, webhook};

/// Clears away. Safe to repeat; what is done stays done when it is broken off.
///
/// # Errors
/// When the store or the database do not answer: the worker tries again.
pub async fn run(svc: &Services) -> anyhow::Result<()> {
    evidence::upload::sweep(svc).await?;
    evidence::sweep::sweep(svc).await?;
    webhook::forget(svc).await?;
    queue::revive_suspensions(svc).await?;
    queue::revive_handovers(svc).await?;
    Ok(())
}
