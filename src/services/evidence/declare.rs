//! Declaring photos: their rows, whether or not their bytes are here yet. Bytes that came before, under no name, are theirs now.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::keep::arrive;
use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::evidence::{DeclaredPhoto, StoredPhoto};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, FieldError, Result};
use crate::services::sync::receipt::Owner;

/// Makes the photos of a command known and locks them. `pointer` is the array they were declared in.
///
/// # Errors
/// Those of [`check`].
pub(in crate::services) async fn declare(
    conn: &mut Conn,
    actor: &Actor,
    photos: &[DeclaredPhoto],
    pointer: &str,
    now: Timestamp,
) -> Result<Vec<StoredPhoto>> {
    let known = make_known(conn, actor.account_id, photos, now).await?;
    check(actor, photos, &by_aid(&known), pointer)?;
    Ok(known)
}

/// The same, with the checking left to the caller.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn make_known<'a>(
    conn: &mut Conn,
    account_id: Uuid,
    photos: impl IntoIterator<Item = &'a DeclaredPhoto>,
    now: Timestamp,
) -> Result<Vec<StoredPhoto>> {
    let declared = db::attachment::declare(conn, account_id, photos, now).await?;
    with_bytes_aside(conn, declared, now).await
}

/// Photos that were declared just now ([`db::attachment::declare`]), those of them with their bytes whose bytes came before.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn with_bytes_aside(
    conn: &mut Conn,
    (mut known, with_bytes): (Vec<StoredPhoto>, Vec<Uuid>),
    now: Timestamp,
) -> Result<Vec<StoredPhoto>> {
    for photo in &mut known {
        if with_bytes.contains(&photo.declared.aid) {
            take_aside(conn, photo, now).await?;
        }
    }
    Ok(known)
}

/// Gives a photo, whose row is locked, the bytes that were set aside for it, if there are any. Answers who was told.
///
/// # Errors
/// `unavailable`.
pub(super) async fn take_aside(
    conn: &mut Conn,
    photo: &mut StoredPhoto,
    now: Timestamp,
) -> Result<Option<Vec<Owner>>> {
    let Some(key) = db::upload::take_aside(conn, photo, now).await? else {
        return Ok(None);
    };
    let told = arrive(conn, photo.declared.aid, &key, now).await?;
    photo.blob_key = Some(key);
    photo.stored_at = Some(now);
    Ok(told)
}

/// Photos by the names that their phones gave them.
pub(in crate::services) fn by_aid(photos: &[StoredPhoto]) -> HashMap<Uuid, &StoredPhoto> {
    let named = photos.iter().map(|photo| (photo.declared.aid, photo));
    named.collect()
}

/// Holds what is declared against what is known.
///
/// # Errors
/// `id_taken` when an id is another account's; `invalid` when the photo is known with another digest or length.
pub(in crate::services) fn check(
    actor: &Actor,
    photos: &[DeclaredPhoto],
    known: &HashMap<Uuid, &StoredPhoto>,
    pointer: &str,
) -> Result<()> {
    let mut faults = Vec::new();
    for (index, declared) in photos.iter().enumerate() {
        let photo = known
            .get(&declared.aid)
            .ok_or_else(|| anyhow::anyhow!("a photo that was not declared"))?;
        if photo.account_id != actor.account_id {
            return Err(Error::with_detail(
                Code::IdTaken,
                Text::new(
                    format!("{pointer}/{index}/aid 已被占用"),
                    format!("{pointer}/{index}/aid is in use"),
                ),
            ));
        }
        if photo.declared.sha256 != declared.sha256
            || photo.declared.size_bytes != declared.size_bytes
        {
            faults.push(FieldError::new(
                format!("{pointer}/{index}/sha256"),
                "differs_from_stored",
                Text::new(
                    "该照片编号此前声明或上传的内容不同",
                    "other content is known under this aid",
                ),
            ));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(faults))
    }
}
