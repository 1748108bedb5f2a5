//! A mutation has waited long enough for those that it depends on: it is done without them.

use uuid::Uuid;

use crate::services::{Services, sync};

/// Does a held mutation, if it is still held. Safe to repeat.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services, account_id: Uuid, mid: Uuid) -> anyhow::Result<()> {
    Ok(sync::hold::release_overdue(svc, account_id, mid).await?)
}
