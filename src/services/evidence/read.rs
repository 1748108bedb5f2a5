//! Reading photos. The original is for the office; everyone else gets what was made of it, and only of photos on tickets
//! that they may know of, or of their own.

use std::str::FromStr;

use bytes::Bytes;
use uuid::Uuid;

use super::store::refuse_blob;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::evidence::{Rendition, StoredPhoto};
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

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

/// The bytes of a photo in one form.
#[derive(Debug, Clone)]
pub struct PhotoBytes {
    /// The bytes.
    pub bytes: Bytes,
    /// Media type.
    pub mime: String,
    /// The name that every reader may have: part of the entity tag.
    pub photo_key: Uuid,
}

/// Reads a photo by its photo key, or by the phone's id for those who know that.
///
/// # Errors
/// `not_found` for a photo that the caller may not know of; `not_ready`, `unreadable` or `unsupported_rendition` when
/// there is nothing to show.
pub async fn read(svc: &Services, actor: &Actor, id: Uuid, variant: Variant) -> Result<PhotoBytes> {
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
    let key = match (variant, photo.rendition) {
        (Variant::Original, _) => photo.blob_key.ok_or_else(not_ready)?,
        (_, Rendition::None) => return Err(not_ready()),
        (_, Rendition::Unreadable) => return Err(Error::new(Code::Unreadable)),
        (_, Rendition::Unsupported) => return Err(Error::new(Code::UnsupportedRendition)),
        (Variant::Display, Rendition::Ready) => photo.display_key.ok_or_else(not_ready)?,
        (Variant::Thumb, Rendition::Ready) => photo.thumb_key.ok_or_else(not_ready)?,
    };
    let bytes = svc
        .blobs
        .get(&key)
        .await
        .map_err(refuse_blob)?
        .ok_or_else(|| anyhow::anyhow!("the bytes of photo {} are gone", photo.photo_key))?;
    Ok(PhotoBytes {
        bytes,
        mime: match variant {
            Variant::Original => photo.declared.mime,
            Variant::Display | Variant::Thumb => "image/jpeg".to_owned(),
        },
        photo_key: photo.photo_key,
    })
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
    let tickets = db::attachment::tickets_showing(conn, photo.declared.aid).await?;
    if db::ticket::any_visible(conn, &TicketScope::of(actor), &tickets).await? {
        Ok(photo)
    } else {
        Err(not_found())
    }
}
