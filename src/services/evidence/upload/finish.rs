//! The end of an upload: its bytes are held against what was declared, and given to their photo. Every step can be done again by whoever
//! comes after a crash: the next to ask for the upload's offset.

use super::forget;
use super::set_aside::give_set_aside;
use crate::db;
use crate::domain::evidence::Sha256Digest;
use crate::domain::evidence::upload::Upload;
use crate::gateways::blobs::StoredBlob;
use crate::gateways::blobs::partial::key_of;
use crate::services::error::{Code, Error, Result};
use crate::services::evidence::keep::{Arrived, is_refusal, keep};
use crate::services::evidence::store::{Incoming, check, refuse_blob};
use crate::services::state::Services;

/// Ends an upload whose every byte is here.
///
/// # Errors
/// `file_mismatch` or `id_taken`, after which it is gone; `unavailable`, after which it can be ended again.
pub(super) async fn finish(svc: &Services, upload: &Upload) -> Result<()> {
    let partials = svc.blobs.partials();
    let whole = partials.gather(upload.id).await.map_err(refuse_blob)?;
    let received = whole.so_far();
    // What is declared of the photo is looked at when it takes the bytes, in the same transaction.
    if let Err(error) = check(&incoming(upload), None, &received) {
        whole.discard().await.map_err(refuse_blob)?;
        return Err(refused(svc, upload, error).await);
    }
    whole.place().await.map_err(refuse_blob)?;
    take(svc, upload, &received).await?;
    partials.remove(upload.id).await.map_err(refuse_blob)
}

/// Gives whole bytes to their photo; sets them aside when they have none yet, or their sender may not send photos now.
///
/// # Errors
/// As [`finish`].
pub(super) async fn take(svc: &Services, upload: &Upload, received: &StoredBlob) -> Result<()> {
    let key = key_of(upload.id);
    if upload.aid.is_some() {
        let arrived = Arrived {
            account_id: upload.account_id,
            incoming: &incoming(upload),
            received,
            key: &key,
            upload_id: Some(upload.id),
        };
        match keep(svc, &arrived).await {
            Ok(_) => return Ok(()),
            Err(error) if error.code() == Code::Forbidden => {}
            Err(error) => return Err(refused(svc, upload, error).await),
        }
    }
    let sha256 = Sha256Digest(received.sha256);
    let is_news = {
        let mut conn = svc.conn().await?;
        db::upload::set_aside(&mut conn, upload.id, sha256, &key, svc.now()).await?
    };
    if is_news {
        give_set_aside(svc, Some(upload.id)).await?;
    }
    Ok(())
}

/// What the sender is told of bytes that are not wanted: their upload is gone.
async fn refused(svc: &Services, upload: &Upload, error: Error) -> Error {
    if !is_refusal(&error) {
        return error;
    }
    if let Err(error) = forget(svc, upload).await {
        return error;
    }
    match error.code() {
        Code::IdTaken => error,
        _ => error.under(Code::FileMismatch),
    }
}

fn incoming(upload: &Upload) -> Incoming {
    Incoming {
        // A photo without a name is checked like any other, and named by whoever declares it.
        aid: upload.aid.unwrap_or(upload.id),
        sha256: upload.sha256,
        mime: upload.mime.clone(),
    }
}
