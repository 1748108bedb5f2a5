//! What the worker does once a photo's bytes are here: it examines them, makes renditions for reading, and settles the submissions
//! that waited for it. A file that is no photo marks the attachment, never the report.

use uuid::Uuid;

use super::judge;
use super::store::refuse_blob;
use crate::db::attachment::{Rendered, exif, fingerprint};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::evidence::exif::Exif;
use crate::domain::evidence::fingerprint::Fingerprints;
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
    let Some(photo) = photo else {
        return Ok(());
    };
    if photo.rendition == Rendition::None {
        let found = examine(svc, &photo).await?;
        let mut conn = svc.conn().await?;
        conn.transaction::<_, Error, _>(async |conn| keep(conn, aid, &found).await)
            .await?;
    }
    judge::photo_linked(svc, aid).await
}

/// What was found of a photo, its renditions in the store already.
struct Found {
    rendered: Rendered,
    exif: Exif,
    fingerprints: Option<Fingerprints>,
}

async fn examine(svc: &Services, photo: &StoredPhoto) -> Result<Found> {
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
    let examined = svc
        .images
        .examine(bytes)
        .await
        .map_err(Error::unavailable)?;
    if examined.sha256 != photo.declared.sha256 {
        // The store does not give back what it was given: a person must look, and perhaps it is mended by then.
        let error = anyhow::anyhow!("the bytes of photo {} have changed", photo.photo_key);
        return Err(Error::unavailable(error));
    }
    let (rendered, fingerprints) = match examined.renditions {
        Ok(mut renditions) => {
            let fingerprints = renditions.fingerprints.take();
            (store(svc, photo, renditions).await?, fingerprints)
        }
        Err(ImageError::Unsupported) => (Rendered::Unsupported, None),
        Err(error) => {
            tracing::info!(photo = %photo.photo_key, %error, "no rendition");
            (Rendered::Unreadable, None)
        }
    };
    Ok(Found {
        rendered,
        exif: examined.exif,
        fingerprints,
    })
}

async fn store(svc: &Services, photo: &StoredPhoto, renditions: Renditions) -> Result<Rendered> {
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

async fn keep(conn: &mut Conn, aid: Uuid, found: &Found) -> Result<()> {
    if found.fingerprints.is_some() {
        fingerprint::take_turn(conn).await?;
    }
    db::feed::hold_tickets_of(conn, &[aid]).await?;
    db::attachment::mark_rendered(conn, aid, &found.rendered).await?;
    exif::keep(conn, aid, &found.exif).await?;
    if let Some(fingerprints) = &found.fingerprints {
        fingerprint::keep(conn, aid, fingerprints.own).await?;
        let alike = fingerprint::alike(conn, fingerprints).await?;
        fingerprint::keep_likenesses(conn, aid, &alike).await?;
    }
    Ok(db::feed::attachments(conn, &[aid]).await?)
}
