//! The day has come on which a suspended ticket's clock runs again.

use uuid::Uuid;

use crate::services::{Services, ticket};

/// Has the clock run again, if the ticket still waits for that. Safe to repeat.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services, ticket_id: Uuid) -> anyhow::Result<()> {
    Ok(ticket::resume_suspended(svc, ticket_id).await?)
}
