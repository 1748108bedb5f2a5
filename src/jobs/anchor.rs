//! New rows of trails are anchored in the city's signed log, every few seconds.

use crate::services::{Services, audit};

/// Anchors what waits. Safe to repeat.
///
/// # Errors
/// When the store or the database do not answer: the worker tries again. When the database contradicts what was signed before: a
/// person has to look.
pub async fn run(svc: &Services) -> anyhow::Result<()> {
    audit::anchor(svc).await?;
    Ok(())
}
