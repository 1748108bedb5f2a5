//! What a covert round has found is released when its time has come.

use uuid::Uuid;

use crate::services::{Services, round};

/// Releases it, all at once. Safe to repeat.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services, round_id: Uuid) -> anyhow::Result<()> {
    Ok(round::release_when_due(svc, round_id).await?)
}
