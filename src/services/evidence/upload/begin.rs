//! Beginning an upload, which is safe to repeat: for one photo there is one upload, however often it is begun.

use super::finish::take;
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::evidence::MAX_PHOTO_BYTES;
use crate::domain::evidence::upload::{Stage, Upload};
use crate::domain::text::Text;
use crate::gateways::blobs::StoredBlob;
use crate::services::error::{Code, Error, Result};
use crate::services::evidence::store::refuse_foreign;
use crate::services::state::Services;

pub use crate::db::upload::NewUpload;

/// An upload that has been begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The link that leads to it, and lets its holder go on with it.
    pub link: String,
    /// What it is.
    pub upload: Upload,
}

/// Begins the upload of a photo.
///
/// # Errors
/// `too_large`; `id_taken` for another account's photo; `invalid` when the photo is known with another digest or length.
pub async fn begin(svc: &Services, actor: &Actor, new: &NewUpload) -> Result<Begun> {
    require(actor, Action::StorePhoto)?;
    if new.size_bytes > MAX_PHOTO_BYTES {
        return Err(Error::new(Code::TooLarge).member("limit_bytes", MAX_PHOTO_BYTES));
    }
    let upload = {
        let mut conn = svc.conn().await?;
        let is_stored = check(&mut conn, actor, new).await?;
        row(svc, &mut conn, actor, new, is_stored).await?
    };
    if let (Stage::SetAside(_), Some(sha256)) = (&upload.stage, upload.sha256) {
        let received = StoredBlob {
            sha256: sha256.0,
            size_bytes: upload.size_bytes,
        };
        take(svc, &upload, &received).await?;
    }
    Ok(Begun {
        link: svc.capabilities.issue(upload.id, upload.account_id),
        upload,
    })
}

/// Holds what is begun against what is known of the photo; answers whether its bytes are here.
async fn check(conn: &mut Conn, actor: &Actor, new: &NewUpload) -> Result<bool> {
    let Some(aid) = new.aid else {
        return Ok(false);
    };
    let Some(known) = db::attachment::find(conn, aid).await? else {
        return Ok(false);
    };
    refuse_foreign(actor.account_id, Some(&known))?;
    let is_other_digest = new.sha256.is_some_and(|it| it != known.declared.sha256);
    if is_other_digest || new.size_bytes != known.declared.size_bytes {
        return Err(differs());
    }
    Ok(known.stored_at.is_some())
}

async fn row(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    new: &NewUpload,
    is_stored: bool,
) -> Result<Upload> {
    let (account_id, now) = (actor.account_id, svc.now());
    if let Some(upload) = db::upload::begin(conn, account_id, new, is_stored, now).await? {
        return Ok(upload);
    }
    let aid = new
        .aid
        .ok_or_else(|| anyhow::anyhow!("an upload for no photo was refused"))?;
    match db::upload::holder(conn, aid, now).await? {
        Some((_, true)) | None => {
            db::upload::release(conn, aid, now).await?;
            let begun = db::upload::begin(conn, account_id, new, is_stored, now).await?;
            begun.ok_or_else(differs)
        }
        Some((holder, false)) if holder != account_id => Err(Error::new(Code::IdTaken)),
        Some(_) => Err(differs()),
    }
}

fn differs() -> Error {
    Error::invalid_field(
        "Upload-Metadata",
        "differs_from_stored",
        Text::new(
            "该照片编号此前声明或上传的内容不同",
            "other content is known under this aid",
        ),
    )
}
