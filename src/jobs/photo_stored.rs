//! A photo's bytes are here: renditions, and the submissions that waited for it.

use uuid::Uuid;

use crate::services::{Services, evidence};

/// Does what a stored photo asks for. Safe to repeat.
///
/// # Errors
/// When the store or the database do not answer: the worker tries again.
pub async fn run(svc: &Services, attachment_id: Uuid) -> anyhow::Result<()> {
    Ok(evidence::photo_stored(svc, attachment_id).await?)
}
