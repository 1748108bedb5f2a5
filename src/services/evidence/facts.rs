//! What is known of a photo beside its pixels: for the office alone.

use uuid::Uuid;

use crate::db;
use crate::db::attachment::{exif, flag_reader};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::evidence::exif::Exif;
use crate::domain::evidence::flags::PhotoFlag;
use crate::domain::evidence::{PhotoRole, StoredPhoto};
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// A photo with what is known of it.
#[derive(Debug)]
pub struct PhotoFacts {
    /// The photo.
    pub photo: StoredPhoto,
    /// What the camera wrote.
    pub exif: Exif,
    /// What is odd about it.
    pub flags: Vec<PhotoFlag>,
    /// Tickets that show it, and why.
    pub on: Vec<(Uuid, PhotoRole)>,
}

/// What is known of a photo, by either of its names.
///
/// # Errors
/// `forbidden` outside the office; `not_found`.
pub async fn facts(svc: &Services, actor: &Actor, id: Uuid) -> Result<PhotoFacts> {
    require(actor, Action::ReadOriginal)?;
    let mut conn = svc.conn().await?;
    let photo = db::attachment::find_by_any_name(&mut conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))?;
    let aid = photo.declared.aid;
    let mut flags = flag_reader::all(&conn, &[aid]).await?;
    Ok(PhotoFacts {
        exif: exif::find(&mut conn, aid).await?,
        flags: flags.remove(&aid).unwrap_or_default(),
        on: db::attachment::shown_on(&mut conn, aid).await?,
        photo,
    })
}
