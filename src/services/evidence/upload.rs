//! Uploads (tus 1.0.0): a photo sent in as many pieces as the line allows. A link that is its own permission leads to each; who may begin
//! one and whose photo it becomes is asked, the one with a login, the other when its bytes are whole.

mod append;
mod begin;
mod finish;
mod progress;
mod set_aside;
mod sweep;
mod terminate;
mod turn;

pub use append::{Piece, append};
pub use begin::{Begun, NewUpload, begin};
pub use progress::progress;
pub use set_aside::give_set_aside;
pub use sweep::sweep;
pub use terminate::terminate;
pub use turn::Turns;

use super::store::refuse_blob;
use crate::db;
use crate::domain::evidence::upload::Upload;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;
use turn::Turn;

/// How far an upload has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The upload.
    pub upload: Upload,
    /// Bytes that are here and durable.
    pub offset: u64,
}

/// Takes the turn at the upload that a link leads to, and moves its end.
async fn hold(svc: &Services, link: &str) -> Result<(Upload, Turn)> {
    let not_found = || Error::new(Code::NotFound);
    let claim = svc.capabilities.read(link).ok_or_else(not_found)?;
    let busy = || Error::new(Code::UploadBusy).retry_after(2);
    let turn = svc.turns.take(claim.upload_id).await.ok_or_else(busy)?;
    let now = svc.now();
    let mut conn = svc.conn().await?;
    let mut upload = db::upload::find(&mut conn, claim.upload_id, now)
        .await?
        .filter(|upload| svc.capabilities.grants(&claim, upload.account_id))
        .ok_or_else(not_found)?;
    if let Some(expires_at) = upload.slides_to(now) {
        db::upload::extend(&mut conn, upload.id, expires_at).await?;
        upload.expires_at = expires_at;
    }
    Ok((upload, turn))
}

/// Makes an upload as if it had never been, its bytes too.
async fn forget(svc: &Services, upload: &Upload) -> Result<()> {
    let key = {
        let mut conn = svc.conn().await?;
        db::upload::forget(&mut conn, upload.id, svc.now()).await?
    };
    if let Some(key) = key {
        svc.blobs.delete(&key).await.map_err(refuse_blob)?;
    }
    let partials = svc.blobs.partials();
    partials.remove(upload.id).await.map_err(refuse_blob)?;
    let mut conn = svc.conn().await?;
    Ok(db::upload::remove(&mut conn, upload.id).await?)
}
