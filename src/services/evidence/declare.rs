//! Declaring photos: their rows, whether or not their bytes are here yet.

use jiff::Timestamp;

use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::evidence::{DeclaredPhoto, StoredPhoto};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, FieldError, Result};

/// Makes the photos known and locks them. `pointer` is the array they were declared in.
///
/// # Errors
/// `id_taken` when an id is another account's; `invalid` when the photo is known with another digest or length.
pub(in crate::services) async fn declare(
    conn: &mut Conn,
    actor: &Actor,
    photos: &[DeclaredPhoto],
    pointer: &str,
    now: Timestamp,
) -> Result<Vec<StoredPhoto>> {
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    let known = db::attachment::declare(conn, actor.account_id, photos, now).await?;
    let mut faults = Vec::new();
    for photo in &known {
        let (index, declared) = photos
            .iter()
            .enumerate()
            .find(|(_, declared)| declared.aid == photo.declared.aid)
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
        Ok(known)
    } else {
        Err(Error::invalid(faults))
    }
}
