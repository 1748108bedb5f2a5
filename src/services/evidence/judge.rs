//! Flags on photos (证据疑点): judged once a photo has been examined, and again whenever a report or command refers to it; both
//! come in either order. A flag may fall on the other photo: the one that was used again is the one that came later.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::db::attachment::{exif, fingerprint, flag};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::evidence::flags::{judge, reuse};
use crate::domain::evidence::{Rendition, StoredPhoto};
use crate::services::error::{Error, Result};
use crate::services::queue::{self, JobKind};
use crate::services::reference::CITY_ZONE;
use crate::services::state::Services;

/// Has those of the photos judged that have been examined, within the caller's transaction, in which something has come to refer to them; the
/// others will be judged when they are examined. The caller holds their locks, as whoever declares them does.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn have_judged<'a>(
    conn: &mut Conn,
    declared: impl IntoIterator<Item = &'a StoredPhoto>,
    now: Timestamp,
) -> Result<()> {
    let examined = declared
        .into_iter()
        .filter(|photo| photo.rendition != Rendition::None);
    let examined: Vec<Uuid> = examined.map(|photo| photo.declared.aid).collect();
    for attachment_id in examined {
        queue::enqueue(conn, now, &JobKind::PhotoLinked { attachment_id }).await?;
    }
    Ok(())
}

/// Judges a photo by everything that refers to it now. Safe to repeat.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn photo_linked(svc: &Services, aid: Uuid) -> Result<()> {
    let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
    let mut conn = svc.conn().await?;
    let policies = svc.reference.current(&mut conn).await?.policies.clone();
    conn.transaction::<_, Error, _>(async |conn| {
        // Of two photos of one picture that are judged at once, each writes the same flag.
        fingerprint::take_turn(conn).await?;
        let sightings = flag::sightings(conn, aid).await?;
        let aids: Vec<Uuid> = sightings.iter().map(|(it, _)| it.aid).collect();
        db::feed::hold_tickets_of(conn, &aids).await?;
        let exif = exif::find(conn, aid).await?;
        let uses = flag::uses(conn, aid).await?;
        let mut raised: Vec<_> = judge(&exif, &uses, &policies, &zone)
            .into_iter()
            .map(|raised| (aid, raised))
            .collect();
        if let Some((this, _)) = sightings.iter().find(|(it, _)| it.aid == aid) {
            let others = sightings.iter().filter(|(it, _)| it.aid != aid);
            raised.extend(others.filter_map(|(other, bits)| reuse(this, other, *bits)));
        }
        let changed = flag::replace(conn, aid, &aids, raised).await?;
        if !changed.is_empty() {
            db::feed::flags(conn, &changed).await?;
        }
        Ok(())
    })
    .await
}
