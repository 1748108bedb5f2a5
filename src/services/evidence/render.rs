//! What the worker does once a photo's bytes are here: renditions for reading, and settling the submissions that waited
//! for it. A file that is no photo marks the attachment, never the report.

use uuid::Uuid;

use super::store::refuse_blob;
use crate::db::attachment::Rendered;
use crate::db::{self, AsyncConnection as _};
use crate::domain::evidence::{Rendition, StoredPhoto};
use crate::gateways::images::{ImageError, Renditions};
use crate::services::error::{Error, Result};
use crate::services::state::Services;
use crate::services::ticket::settle_submissions;

/// Does what a stored photo asks for. Safe to repeat.
///
/// # Errors
/// `unavailable` when the store or the database do not answer: the worker tries again.
pub async fn photo_stored(svc: &Services, aid: Uuid) -> Result<()> {
    settle_submissions(svc, aid).await?;
    let photo = {
        let mut conn = svc.conn().await?;
        db::attachment::find(&mut conn, aid).await?
    };
    let Some(photo) = photo.filter(|photo| photo.rendition == Rendition::None) else {
        return Ok(());
    };
    let rendered = rendered(svc, &photo).await?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_tickets_of(conn, &[aid]).await?;
        db::attachment::mark_rendered(conn, aid, &rendered).await?;
        Ok(db::feed::attachments(conn, &[aid]).await?)
    })
    .await
}

async fn rendered(svc: &Services, photo: &StoredPhoto) -> Result<Rendered> {
    let key = photo
        .blob_key
        .as_deref()
        .ok_or_else(|| anyhow::anyhow!("photo {} has no bytes", photo.photo_key))?;
    let bytes = svc
        .blobs
        .get(key)
        .await
        .map_err(refuse_blob)?
        .ok_or_else(|| anyhow::anyhow!("the bytes of photo {} are gone", photo.photo_key))?;
    match svc.images.render(bytes).await {
        Ok(renditions) => keep(svc, photo, renditions).await,
        Err(ImageError::Unsupported) => Ok(Rendered::Unsupported),
        Err(error @ ImageError::Interrupted) => Err(Error::unavailable(error)),
        Err(error) => {
            tracing::info!(photo = %photo.photo_key, %error, "no rendition");
            Ok(Rendered::Unreadable)
        }
    }
}

async fn keep(svc: &Services, photo: &StoredPhoto, renditions: Renditions) -> Result<Rendered> {
    let display_key = format!("display/{}", photo.photo_key);
    let thumb_key = format!("thumb/{}", photo.photo_key);
    let put = svc.blobs.put(&display_key, renditions.display.into());
    put.await.map_err(refuse_blob)?;
    let put = svc.blobs.put(&thumb_key, renditions.thumb.into());
    put.await.map_err(refuse_blob)?;
    Ok(Rendered::Ready {
        display_key,
        thumb_key,
        width_px: i32::try_from(renditions.width).unwrap_or(i32::MAX),
        height_px: i32::try_from(renditions.height).unwrap_or(i32::MAX),
    })
}
