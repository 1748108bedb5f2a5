//! Reading photos. The original is for the office, and whoever reads one leaves a line in the access trail before the first byte
//! goes out; everyone else gets what was made of it, and only of photos on tickets that they may know of, or of their own.

use std::ops::Range;
use std::str::FromStr;

use futures_util::StreamExt as _;
use uuid::Uuid;

use super::store::refuse_blob;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::evidence::{Rendition, StoredPhoto};
use crate::gateways::blobs::{BlobStream, Reply};
use crate::gateways::images::sniff;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// As many bytes tell every format that is known.
const SIGNATURE_BYTES: u64 = 64;

/// Which form of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The bytes as the phone sent them.
    Original,
    /// 1600 px, upright, no metadata.
    Display,
    /// 320 px, upright, no metadata.
    Thumb,
}

impl Variant {
    /// The word in the path.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Display => "display",
            Self::Thumb => "thumb",
        }
    }

    /// What a reader may keep. A browser that several people use must not show one of them what another one read.
    pub fn caching(self) -> &'static str {
        match self {
            // Each reading is one that leaves its line.
            Self::Original => "private, no-store",
            Self::Display | Self::Thumb => "private, max-age=31536000, immutable",
        }
    }
}

impl FromStr for Variant {
    type Err = ();

    fn from_str(word: &str) -> std::result::Result<Self, ()> {
        [Self::Original, Self::Display, Self::Thumb]
            .into_iter()
            .find(|variant| variant.as_str() == word)
            .ok_or(())
    }
}

/// A photo in one form that the caller may read, not opened yet.
#[derive(Debug, Clone)]
pub struct PhotoFile {
    /// The name that every reader may have.
    pub photo_key: Uuid,
    /// The form.
    pub variant: Variant,
    blob_key: String,
}

impl PhotoFile {
    /// Names these bytes, which never change: tells nothing of phone or report.
    pub fn tag(&self) -> String {
        format!("{}-{}", self.photo_key, self.variant.as_str())
    }

    /// `Content-Disposition`, with a name that tells nothing either.
    pub fn disposition(&self, mime: &str) -> String {
        let ending = match mime {
            "image/jpeg" => "jpg",
            "image/png" => "png",
            "image/webp" => "webp",
            "image/heic" => "heic",
            _ => "bin",
        };
        format!("inline; filename=\"{}.{ending}\"", self.tag())
    }
}

/// Finds a photo by its photo key, or by the phone's id for those who know that.
///
/// # Errors
/// `not_found` for a photo that the caller may not know of; `not_ready`, `unreadable` or `unsupported_rendition` when
/// there is nothing to show.
pub async fn find(svc: &Services, actor: &Actor, id: Uuid, variant: Variant) -> Result<PhotoFile> {
    require(
        actor,
        match variant {
            Variant::Original => Action::ReadOriginal,
            Variant::Display | Variant::Thumb => Action::ReadRendition,
        },
    )?;
    let photo = {
        let mut conn = svc.conn().await?;
        visible(&mut conn, actor, id).await?
    };
    let not_ready = || Error::new(Code::NotReady).retry_after(2);
    let blob_key = match (variant, photo.rendition) {
        (Variant::Original, _) => photo.blob_key.ok_or_else(not_ready)?,
        (_, Rendition::None) => return Err(not_ready()),
        (_, Rendition::Unreadable) => return Err(Error::new(Code::Unreadable)),
        (_, Rendition::Unsupported) => return Err(Error::new(Code::UnsupportedRendition)),
        (Variant::Display, Rendition::Ready) => photo.display_key.ok_or_else(not_ready)?,
        (Variant::Thumb, Rendition::Ready) => photo.thumb_key.ok_or_else(not_ready)?,
    };
    Ok(PhotoFile {
        photo_key: photo.photo_key,
        variant,
        blob_key,
    })
}

/// Media type, by the bytes themselves: what the phone said of them is not believed.
///
/// # Errors
/// `unavailable`.
pub async fn media_type(svc: &Services, file: &PhotoFile) -> Result<&'static str> {
    if file.variant != Variant::Original {
        return Ok("image/jpeg");
    }
    let (_, mut pieces) = part(svc, file, 0..SIGNATURE_BYTES).await?;
    let mut signature = Vec::new();
    while let Some(piece) = pieces.next().await {
        signature.extend_from_slice(&piece.map_err(refuse_blob)?);
    }
    Ok(sniff(&signature).map_or("application/octet-stream", |known| known.mime()))
}

/// Length in bytes.
///
/// # Errors
/// `unavailable`.
pub async fn size_bytes(svc: &Services, file: &PhotoFile) -> Result<u64> {
    let size = svc.blobs.size(&file.blob_key).await.map_err(refuse_blob)?;
    size.ok_or_else(|| gone(file))
}

/// Where the reader gets the bytes from the object store itself, if that is how this server is set up.
///
/// # Errors
/// `unavailable`; then nobody has the address.
pub async fn address(
    svc: &Services,
    actor: &Actor,
    file: &PhotoFile,
    mime: &str,
) -> Result<Option<String>> {
    let reply = Reply {
        mime: mime.to_owned(),
        disposition: file.disposition(mime),
        caching: file.variant.caching().to_owned(),
    };
    let address = svc.blobs.address(&file.blob_key, &reply).await;
    let address = address.map_err(refuse_blob)?;
    if address.is_some() {
        note(svc, actor, file).await?;
    }
    Ok(address)
}

/// The bytes, or a part of them that lies within, piece by piece; with their length.
///
/// # Errors
/// `unavailable`; then no byte goes out.
pub async fn open(
    svc: &Services,
    actor: &Actor,
    file: &PhotoFile,
    range: Option<Range<u64>>,
) -> Result<BlobStream> {
    let opened = match range {
        Some(range) => part(svc, file, range).await?,
        None => {
            let found = svc.blobs.get_stream(&file.blob_key).await;
            found.map_err(refuse_blob)?.ok_or_else(|| gone(file))?
        }
    };
    note(svc, actor, file).await?;
    Ok(opened)
}

/// The bytes of a thumbnail, by its key in the store; none when the store has lost them.
///
/// # Errors
/// `unavailable` when the store does not answer.
pub async fn thumbnail(svc: &Services, key: &str) -> Result<Option<Vec<u8>>> {
    let bytes = svc.blobs.get(key).await.map_err(refuse_blob)?;
    Ok(bytes.map(|bytes| bytes.to_vec()))
}

async fn part(svc: &Services, file: &PhotoFile, range: Range<u64>) -> Result<BlobStream> {
    let found = svc.blobs.get_range(&file.blob_key, range).await;
    found.map_err(refuse_blob)?.ok_or_else(|| gone(file))
}

/// Writes the line of the access trail.
async fn note(svc: &Services, actor: &Actor, file: &PhotoFile) -> Result<()> {
    if file.variant != Variant::Original {
        return Ok(());
    }
    let mut conn = svc.conn().await?;
    Ok(db::original_read::insert(&mut conn, actor, file.photo_key, svc.now()).await?)
}

/// A store that has lost its disk says that there is nothing; it may come back.
fn gone(file: &PhotoFile) -> Error {
    tracing::error!(photo = %file.photo_key, variant = file.variant.as_str(), "the store has no such bytes");
    Error::unavailable(anyhow::anyhow!(
        "the bytes of photo {} are gone",
        file.photo_key
    ))
}

async fn visible(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<StoredPhoto> {
    let not_found = || Error::new(Code::NotFound);
    let photo = db::attachment::find_by_any_name(conn, id)
        .await?
        .ok_or_else(not_found)?;
    let own = photo.account_id == actor.account_id;
    if own || actor.role.is_office() {
        return Ok(photo);
    }
    if id != photo.photo_key {
        return Err(not_found());
    }
    let with_comments = actor.role != Role::Inspector;
    let aid = photo.declared.aid;
    let tickets = db::attachment::tickets_showing(conn, aid, with_comments).await?;
    if db::ticket::any_visible(conn, &TicketScope::of(actor), &tickets).await? {
        Ok(photo)
    } else {
        Err(not_found())
    }
}
