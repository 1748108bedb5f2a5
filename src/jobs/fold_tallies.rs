//! What was counted lately is folded into the tallies, so that there is never much beside them to add up.

use crate::services::{Services, supervision};

/// Folds. Safe to repeat: what is folded is gone from what is counted.
///
/// # Errors
/// When the database does not answer: the worker tries again.
pub async fn run(svc: &Services) -> anyhow::Result<()> {
    Ok(supervision::fold_tallies(svc).await?)
}
