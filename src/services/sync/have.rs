//! What is here already: after a kill, a restored phone or a lost answer, only what is missing is sent again.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::evidence::Sha256Digest;
use crate::domain::evidence::upload::Upload;
use crate::services::error::{Error, Result};
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
    /// Photos of which a part may be here.
    pub partial: Vec<Partial>,
    /// Photos that are not here at all.
    pub absent: Vec<Uuid>,
}

/// A photo whose upload has been begun.
#[derive(Debug)]
pub struct Partial {
    /// The photo.
    pub aid: Uuid,
    /// Bytes that are here.
    pub offset: u64,
    /// The link that leads to its upload.
    pub link: String,
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
    let (stored, missing): (Vec<_>, Vec<_>) =
        photos.into_iter().partition(|photo| here.contains(photo));
    let aids: Vec<Uuid> = missing.iter().map(|(aid, _)| *aid).collect();
    let now = svc.now();
    let begun = db::upload::open_among(&mut conn, actor.account_id, &aids, now).await?;
    drop(conn);
    let (partial, absent) = look(svc, begun, missing).await?;
    Ok(Have {
        unknown: mids
            .into_iter()
            .filter(|mid| !known.contains_key(mid))
            .collect(),
        known,
        stored: stored.into_iter().map(|(aid, _)| aid).collect(),
        partial,
        absent,
    })
}

/// How far the uploads of missing photos have come, and which have none.
async fn look(
    svc: &Services,
    begun: Vec<Upload>,
    missing: Vec<(Uuid, Sha256Digest)>,
) -> Result<(Vec<Partial>, Vec<Uuid>)> {
    let named = begun.into_iter().filter_map(|it| Some((it.aid?, it)));
    let begun: HashMap<Uuid, Upload> = named.collect();
    let (mut partial, mut absent) = (Vec::new(), Vec::new());
    for (aid, sha256) in missing {
        let upload = begun.get(&aid);
        let Some(upload) = upload.filter(|it| it.sha256.is_none_or(|its| its == sha256)) else {
            absent.push(aid);
            continue;
        };
        let offset = svc.blobs.partials().offset(upload.id).await;
        partial.push(Partial {
            aid,
            offset: offset.map_err(Error::unavailable)?,
            link: svc.capabilities.issue(upload.id, upload.account_id),
        });
    }
    Ok((partial, absent))
}
