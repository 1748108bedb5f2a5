//! Ending an upload at its sender's wish (tus 1.0.0, extension `termination`). A photo that has its bytes keeps them: evidence is not
//! withdrawn with a link.

use super::{forget, hold};
use crate::services::error::Result;
use crate::services::state::Services;

/// Forgets the upload that a link leads to.
///
/// # Errors
/// `not_found`, `upload_busy`, `unavailable`.
pub async fn terminate(svc: &Services, link: &str) -> Result<()> {
    let (upload, _turn) = hold(svc, link).await?;
    forget(svc, &upload).await
}
