//! The delivery log, and having messages sent again.

use jiff::Timestamp;
use uuid::Uuid;

use super::{lock, owner, there};
use crate::db::webhook::delivery::{DeliveryKey, page};
use crate::db::{self, AsyncConnection as _};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::webhook::Delivery;
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct DeliveriesQuery {
    /// `waiting`, `delivered` or `failed`.
    pub state: Option<String>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
}

/// What is to be sent again.
#[derive(Debug, Clone, Copy)]
pub enum Replay {
    /// What was given up, of messages since this instant.
    FailedSince(Timestamp),
    /// One delivery, whatever became of it.
    One(Uuid),
}

/// A page of an endpoint's deliveries, latest first.
///
/// # Errors
/// `forbidden`, `not_found`, `list_cursor_invalid`.
pub async fn deliveries(
    svc: &Services,
    actor: &Actor,
    id: Uuid,
    query: DeliveriesQuery,
) -> Result<Page<Delivery>> {
    let owner = owner(actor)?;
    let after: Option<DeliveryKey> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    if after.is_some_and(|(created_at, _)| created_at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let endpoint = there(db::webhook::find(&mut conn, owner, id).await?)?;
    let (state, limit) = (query.state.as_deref(), i64::from(query.limit) + 1);
    let rows = page(&mut conn, endpoint.id, state, after, limit).await?;
    let key = |delivery: &Delivery| (delivery.created_at, delivery.id);
    Ok(Page::cut(rows, query.limit, key))
}

/// Has messages sent again, under the ids that they had; answers how many.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn replay(svc: &Services, actor: &Actor, id: Uuid, what: Replay) -> Result<usize> {
    let owner = owner(actor)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let endpoint = lock(conn, owner, id).await?;
        let (since, one) = match what {
            Replay::FailedSince(since) => (Some(since), None),
            Replay::One(delivery) => (None, Some(delivery)),
        };
        let now = svc.now();
        Ok(db::webhook::message::replay(conn, endpoint.id, since, one, now).await?)
    })
    .await
}

/// Sends an endpoint a message to try it.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn ping(svc: &Services, actor: &Actor, id: Uuid) -> Result<()> {
    let owner = owner(actor)?;
    let mut conn = svc.conn().await?;
    let endpoint = there(db::webhook::find(&mut conn, owner, id).await?)?;
    Ok(db::webhook::message::ping(&mut conn, endpoint.id, svc.now()).await?)
}
