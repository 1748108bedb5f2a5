//! Storing the bytes of a photo: streamed past SHA-256 into the store, kept only if they are what was declared.
//! Repeating it is safe; nothing is readable under its key before every byte is durable.

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use uuid::Uuid;

use super::keep::{Arrived, keep};
use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::evidence::{DeclaredPhoto, MAX_PHOTO_BYTES, Sha256Digest, StoredPhoto};
use crate::domain::text::Text;
use crate::gateways::blobs::{BlobError, StoredBlob};
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// What comes with the bytes.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The phone's id for the photo.
    pub aid: Uuid,
    /// Digest that the sender states beside the bytes.
    pub sha256: Option<Sha256Digest>,
    /// Media type that the sender states.
    pub mime: String,
}

/// What is stored now.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The photo.
    pub photo: DeclaredPhoto,
    /// The bytes were here already.
    pub repeated: bool,
}

/// Stores the bytes.
///
/// # Errors
/// `digest_mismatch` when they are not what was declared (nothing is kept), `too_large`, `id_taken` for another account's
/// id, `unavailable` when the store does not take them.
pub async fn store<S, E>(
    svc: &Services,
    actor: &Actor,
    incoming: Incoming,
    mut body: S,
) -> Result<Stored>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    require(actor, Action::StorePhoto)?;
    let known = {
        let mut conn = svc.conn().await?;
        db::attachment::find(&mut conn, incoming.aid).await?
    };
    refuse_foreign(actor.account_id, known.as_ref())?;
    let key = format!("original/{}", Uuid::new_v4());
    let mut writer = svc.blobs.begin(&key).map_err(refuse_blob)?;
    while let Some(piece) = body.next().await {
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) => {
                writer.abort().await.map_err(refuse_blob)?;
                return Err(broken_off(&error.to_string()));
            }
        };
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if writer.so_far().size_bytes.saturating_add(length) > MAX_PHOTO_BYTES {
            writer.abort().await.map_err(refuse_blob)?;
            return Err(Error::new(Code::TooLarge).member("limit_bytes", MAX_PHOTO_BYTES));
        }
        if let Err(error) = writer.write(piece).await {
            writer.abort().await.map_err(refuse_blob)?;
            return Err(refuse_blob(error));
        }
    }
    let received = writer.so_far();
    if let Err(error) = check(&incoming, known.as_ref(), &received) {
        writer.abort().await.map_err(refuse_blob)?;
        return Err(error);
    }
    if known
        .as_ref()
        .is_some_and(|photo| photo.stored_at.is_some())
    {
        writer.abort().await.map_err(refuse_blob)?;
        return Ok(Stored {
            photo: described(&incoming, &received),
            repeated: true,
        });
    }
    writer.finish().await.map_err(refuse_blob)?;
    let arrived = Arrived {
        account_id: actor.account_id,
        incoming: &incoming,
        received: &received,
        key: &key,
        upload_id: None,
    };
    keep(svc, &arrived).await
}

pub(super) fn described(incoming: &Incoming, received: &StoredBlob) -> DeclaredPhoto {
    DeclaredPhoto {
        aid: incoming.aid,
        sha256: Sha256Digest(received.sha256),
        size_bytes: received.size_bytes,
        mime: incoming.mime.clone(),
    }
}

pub(super) fn refuse_foreign(account_id: Uuid, known: Option<&StoredPhoto>) -> Result<()> {
    match known {
        Some(photo) if photo.account_id != account_id => Err(Error::new(Code::IdTaken)),
        _ => Ok(()),
    }
}

/// Holds bytes against what was stated with them and what is declared.
pub(super) fn check(
    incoming: &Incoming,
    known: Option<&StoredPhoto>,
    received: &StoredBlob,
) -> Result<()> {
    let stated_wrong = incoming
        .sha256
        .is_some_and(|stated| stated.0 != received.sha256);
    let declared_wrong = known.is_some_and(|photo| {
        photo.declared.sha256.0 != received.sha256
            || photo.declared.size_bytes != received.size_bytes
    });
    if received.size_bytes > 0 && !stated_wrong && !declared_wrong {
        return Ok(());
    }
    Err(Error::new(Code::DigestMismatch)
        .member("received_sha256", hex::encode(received.sha256))
        .member("received_bytes", received.size_bytes))
}

pub(super) fn broken_off(reason: &str) -> Error {
    Error::with_detail(
        Code::BodyBrokenOff,
        Text::new(
            "文件未传完，请重传",
            format!("the file broke off: {reason}"),
        ),
    )
}

/// What a failing store means to the caller: try again.
pub(super) fn refuse_blob(error: BlobError) -> Error {
    match error {
        BlobError::Unavailable { .. } => Error::unavailable(error),
        other => Error::Internal(other.into()),
    }
}
