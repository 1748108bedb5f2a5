//! What is here already: after a kill, a restored phone or a lost answer, only what is missing is sent again.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::evidence::Sha256Digest;
use crate::services::error::Result;
use crate::services::state::Services;

/// Most mutations, and most photos, of one question.
pub const MAX_ASKED: usize = 2_000;

/// What is here of what was asked for.
#[derive(Debug)]
pub struct Have {
    /// Mutations that are here, with their verdicts.
    pub known: BTreeMap<Uuid, String>,
    /// Mutations that are not.
    pub unknown: Vec<Uuid>,
    /// Photos that are here whole, with this digest.
    pub stored: Vec<Uuid>,
    /// Photos that are not.
    pub absent: Vec<Uuid>,
}

/// Looks for the caller's own mutations and photos.
///
/// # Errors
/// `forbidden` for a role that does not sync.
pub async fn have(
    svc: &Services,
    actor: &Actor,
    mids: Vec<Uuid>,
    photos: Vec<(Uuid, Sha256Digest)>,
) -> Result<Have> {
    require(actor, Action::Sync)?;
    let mut conn = svc.conn().await?;
    let known: BTreeMap<Uuid, String> = db::mutation::verdicts(&mut conn, actor.account_id, &mids)
        .await?
        .into_iter()
        .collect();
    let aids: Vec<Uuid> = photos.iter().map(|(aid, _)| *aid).collect();
    let here: HashSet<(Uuid, Sha256Digest)> =
        db::attachment::stored_of(&mut conn, actor.account_id, &aids)
            .await?
            .into_iter()
            .collect();
    let (stored, absent): (Vec<_>, Vec<_>) =
        photos.into_iter().partition(|photo| here.contains(photo));
    Ok(Have {
        unknown: mids
            .into_iter()
            .filter(|mid| !known.contains_key(mid))
            .collect(),
        known,
        stored: stored.into_iter().map(|(aid, _)| aid).collect(),
        absent: absent.into_iter().map(|(aid, _)| aid).collect(),
    })
}
