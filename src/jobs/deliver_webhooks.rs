//! Webhooks that are due are sent, every few seconds.

use crate::services::{Services, webhook};

/// Sends what is due. Safe to repeat: receivers know a message by its id.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services) -> anyhow::Result<()> {
    Ok(webhook::deliver(svc).await?)
}
