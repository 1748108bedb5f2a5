//! The next part of a hand-over that is too much for one transaction.

use uuid::Uuid;

use crate::services::{Services, handover};

/// Does the next part, if any is left. Safe to repeat.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services, handover_id: Uuid) -> anyhow::Result<()> {
    Ok(handover::go_on(svc, handover_id).await?)
}
