//! How far an upload has come. Whoever asks has lost the answer to the piece before, so whatever hangs is ended first; and an upload whose
//! last byte came just before the server died is finished now.

use super::finish::finish;
use super::{Progress, hold};
use crate::services::error::{Code, Error, Result};
use crate::services::evidence::store::refuse_blob;
use crate::services::state::Services;

/// Asks the upload that a link leads to.
///
/// # Errors
/// `not_found`, also when it is whole and not what was declared; `upload_busy`; `unavailable`.
pub async fn progress(svc: &Services, link: &str) -> Result<Progress> {
    let (upload, _turn) = hold(svc, link).await?;
    if upload.is_whole() {
        let offset = upload.size_bytes;
        return Ok(Progress { upload, offset });
    }
    let partials = svc.blobs.partials();
    let offset = partials.offset(upload.id).await.map_err(refuse_blob)?;
    if offset == upload.size_bytes {
        match finish(svc, &upload).await {
            Err(error) if matches!(error.code(), Code::FileMismatch | Code::IdTaken) => {
                return Err(Error::new(Code::NotFound));
            }
            finished => finished?,
        }
    }
    Ok(Progress { upload, offset })
}
