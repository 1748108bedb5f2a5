//! A report or command refers to a photo that was here before it: what is odd about the photo is judged anew.

use uuid::Uuid;

use crate::services::{Services, evidence};

/// Judges the photo. Safe to repeat.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services, attachment_id: Uuid) -> anyhow::Result<()> {
    Ok(evidence::photo_linked(svc, attachment_id).await?)
}
