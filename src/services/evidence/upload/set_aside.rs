//! Bytes that came whole and are no photo's yet: their sender did not say which, or may not send photos now. They are given to the photo
//! that he declares with this digest and length, before or after.

use uuid::Uuid;

use crate::db::{self, AsyncConnection as _};
use crate::services::error::{Error, Result};
use crate::services::evidence::declare::take_aside;
use crate::services::evidence::keep::tell;
use crate::services::state::Services;

/// Most photos that are given their bytes at once.
const MOST: i64 = 1_000;

/// Gives bytes that are set aside, those of one upload or all, to photos that were declared and have none. A declaration that is being made at the
/// same moment looks for itself; the two that miss each other are brought together by the next sweep.
///
/// # Errors
/// `unavailable`.
pub async fn give_set_aside(svc: &Services, upload_id: Option<Uuid>) -> Result<()> {
    let waiting = {
        let mut conn = svc.conn().await?;
        db::upload::waiting_for_aside(&mut conn, upload_id, svc.now(), MOST).await?
    };
    for aid in waiting {
        give(svc, aid).await?;
    }
    Ok(())
}

async fn give(svc: &Services, aid: Uuid) -> Result<()> {
    let now = svc.now();
    let mut conn = svc.conn().await?;
    let told = conn
        .transaction::<_, Error, _>(async |conn| {
            db::feed::hold_tickets_of(conn, &[aid]).await?;
            match db::attachment::lock(conn, aid).await? {
                Some(mut photo) if photo.stored_at.is_none() => {
                    take_aside(conn, &mut photo, now).await
                }
                _ => Ok(None),
            }
        })
        .await?;
    drop(conn);
    match told {
        Some(told) => tell(svc, aid, &told).await,
        None => Ok(()),
    }
}
