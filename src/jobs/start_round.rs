//! A round whose time has come is revealed to its inspectors.

use uuid::Uuid;

use crate::services::{Services, round};

/// Starts it. Safe to repeat.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services, round_id: Uuid) -> anyhow::Result<()> {
    Ok(round::start_when_due(svc, round_id).await?)
}
