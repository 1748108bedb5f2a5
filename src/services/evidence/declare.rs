//! Declaring photos: their rows, whether or not their bytes are here yet.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::evidence::{DeclaredPhoto, StoredPhoto};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, FieldError, Result};

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
    let known = db::attachment::declare(conn, actor.account_id, photos, now).await?;
    check(actor, photos, &by_aid(&known), pointer)?;
    Ok(known)
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
