//! Where every way of sending a photo ends: its bytes are whole, lie under a key, and from here on the database speaks of them.
//! Nothing is read or written in the photo store within the transaction.

use jiff::Timestamp;
use uuid::Uuid;

use super::make_known;
use super::store::{Incoming, Stored, check, described, refuse_blob, refuse_foreign};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::gateways::blobs::StoredBlob;
use crate::services::error::{Code, Error, Result};
use crate::services::queue::{self, JobKind};
use crate::services::state::Services;
use crate::services::sync::receipt::{self, Owner};
use crate::services::ticket::settle_submissions;

/// Bytes that are whole and lie under a key, but that the database does not speak of yet.
pub(super) struct Arrived<'a> {
    /// Whose they are.
    pub(super) account_id: Uuid,
    /// What they are for.
    pub(super) incoming: &'a Incoming,
    /// What they amount to.
    pub(super) received: &'a StoredBlob,
    /// Where they lie.
    pub(super) key: &'a str,
    /// By which upload they came, if by one.
    pub(super) upload_id: Option<Uuid>,
}

/// Notes that the bytes are here. Of two concurrent senders the second one's copy is thrown away.
///
/// # Errors
/// `digest_mismatch` and `id_taken`, after which the bytes are gone; `forbidden` when the upload is finished already, or its sender may not
/// send photos now.
pub(super) async fn keep(svc: &Services, arrived: &Arrived<'_>) -> Result<Stored> {
    let photo = described(arrived.incoming, arrived.received);
    let now = svc.now();
    let mut conn = svc.conn().await?;
    let mut told = None;
    let mut lies_at = None;
    let kept = conn
        .transaction::<_, Error, _>(async |conn| {
            if let Some(upload_id) = arrived.upload_id
                && !db::upload::finish(conn, upload_id, svc.demo, now).await?
            {
                return Err(Error::new(Code::Forbidden));
            }
            db::feed::hold_tickets_of(conn, &[photo.aid]).await?;
            let known = make_known(conn, arrived.account_id, [&photo], now).await?;
            refuse_foreign(arrived.account_id, known.first())?;
            check(arrived.incoming, known.first(), arrived.received)?;
            told = arrive(conn, photo.aid, arrived.key, now).await?;
            lies_at = known.into_iter().find_map(|photo| photo.blob_key);
            Ok(())
        })
        .await;
    drop(conn);
    // Only what was refused before the commit is thrown away: when the answer to the commit is lost, the row may name these
    // bytes already. An orphan harms nobody.
    let is_needless = match &kept {
        Ok(()) => told.is_none() && lies_at.as_deref() != Some(arrived.key),
        Err(error) => is_refusal(error),
    };
    if is_needless {
        svc.blobs.delete(arrived.key).await.map_err(refuse_blob)?;
    }
    kept?;
    if let Some(told) = &told {
        tell(svc, photo.aid, told).await?;
    }
    Ok(Stored {
        photo,
        repeated: told.is_none(),
    })
}

/// Says, in the transaction that makes it so, that a photo's bytes are here. Answers who was told; none when they were here before.
///
/// # Errors
/// `unavailable`.
pub(super) async fn arrive(
    conn: &mut Conn,
    aid: Uuid,
    key: &str,
    now: Timestamp,
) -> Result<Option<Vec<Owner>>> {
    if !db::attachment::mark_stored(conn, aid, key, now).await? {
        return Ok(None);
    }
    let told = receipt::touch(conn, aid).await?;
    let job = JobKind::PhotoStored { attachment_id: aid };
    queue::enqueue(conn, now, &job).await?;
    db::feed::attachments(conn, &[aid]).await?;
    Ok(Some(told))
}

/// After that transaction: tells those who came meanwhile.
///
/// # Errors
/// `unavailable`.
pub(super) async fn tell(svc: &Services, aid: Uuid, told: &[Owner]) -> Result<()> {
    receipt::touch_late(svc, aid, told).await?;
    settle_submissions(svc, aid).await
}

/// Whether the bytes were looked at and are not wanted.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::DigestMismatch | Code::IdTaken | Code::Invalid
    )
}
