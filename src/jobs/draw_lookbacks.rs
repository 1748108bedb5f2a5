//! Tickets to look back at are drawn when their time has come; asked for once a day.

use crate::services::{Services, lookback};

/// Draws, if it is time. Safe to repeat: each draw begins where the last one ended.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services) -> anyhow::Result<()> {
    Ok(lookback::draw_when_due(svc).await?)
}
