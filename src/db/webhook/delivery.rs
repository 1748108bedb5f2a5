//! Deliveries: taken under a lease, each attempt written down, and read as a log.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::schema::{webhook_attempts, webhook_deliveries, webhook_messages};
use crate::db::{Conn, DbError};
use crate::domain::webhook::{Attempt, Delivery};

/// A delivery under lease, with what it takes to make it.
#[derive(Debug, Clone)]
pub struct Leased {
    /// The delivery.
    pub id: Uuid,
    /// Which attempt this is, from 1; names the lease.
    pub attempt: u32,
    /// The message.
    pub message_id: Uuid,
    /// What is sent.
    pub body: String,
    /// To which endpoint.
    pub endpoint_id: Uuid,
    /// Where that is.
    pub url: String,
    /// Its sealed secret, and the one before while that still holds.
    pub secrets: Vec<String>,
}

#[derive(QueryableByName)]
struct LeasedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = SqlUuid)]
    message_id: Uuid,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = SqlUuid)]
    endpoint_id: Uuid,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = Text)]
    secret: String,
    #[diesel(sql_type = Nullable<Text>)]
    former_secret: Option<String>,
}

impl From<LeasedRow> for Leased {
    fn from(row: LeasedRow) -> Self {
        Self {
            id: row.id,
            attempt: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            message_id: row.message_id,
            body: row.body,
            endpoint_id: row.endpoint_id,
            url: row.url,
            secrets: [Some(row.secret), row.former_secret]
                .into_iter()
                .flatten()
                .collect(),
        }
    }
}

/// Takes at most `limit` deliveries that are due, few of each endpoint, so that one that hangs holds nobody else up. Nobody else gets
/// them before `leased_until`.
pub async fn claim(
    conn: &mut Conn,
    now: Timestamp,
    leased_until: Timestamp,
    limit: i64,
    of_each: i64,
) -> Result<Vec<Leased>, DbError> {
    let rows: Vec<LeasedRow> = cached(
        "WITH due AS MATERIALIZED (\
           SELECT id FROM (SELECT id, next_at, row_number() OVER (PARTITION BY endpoint_id ORDER BY next_at, id) AS nth \
                             FROM webhook_deliveries WHERE state = 'waiting' AND next_at <= $1) ranked \
            WHERE nth <= $4 ORDER BY next_at, id LIMIT $3), \
         mine AS MATERIALIZED (\
           SELECT id FROM webhook_deliveries WHERE id IN (SELECT id FROM due) AND state = 'waiting' AND next_at <= $1 \
              FOR UPDATE SKIP LOCKED) \
         UPDATE webhook_deliveries d SET next_at = $2, attempts = d.attempts + 1 \
           FROM mine, webhook_messages m, webhook_endpoints e \
          WHERE d.id = mine.id AND m.id = d.message_id AND e.id = d.endpoint_id \
         RETURNING d.id, d.attempts, d.message_id, m.body, d.endpoint_id, e.url, e.secret, \
                   CASE WHEN e.former_until > $1 THEN e.former_secret END AS former_secret",
    )
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Timestamptz, _>(leased_until.to_diesel())
    .bind::<BigInt, _>(limit)
    .bind::<BigInt, _>(of_each)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(Leased::from).collect())
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Done.
    Delivered,
    /// Tried again then.
    At(Timestamp),
    /// Given up.
    Failed,
}

/// Writes down an attempt, unless its endpoint was removed meanwhile. A lease that somebody else has taken over meanwhile is left alone.
pub async fn settle(
    conn: &mut Conn,
    leased: &Leased,
    attempt: &Attempt,
    next: Next,
) -> Result<(), DbError> {
    let (state, next_at) = match next {
        Next::Delivered => ("delivered", attempt.at),
        Next::At(at) => ("waiting", at),
        Next::Failed => ("failed", attempt.at),
    };
    cached(
        "WITH attempt AS (INSERT INTO webhook_attempts (delivery_id, at, status, error) \
           SELECT id, $3, $4, $5 FROM webhook_deliveries WHERE id = $1) \
         UPDATE webhook_deliveries SET state = $6, next_at = $7 WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
    )
    .bind::<SqlUuid, _>(leased.id)
    .bind::<Integer, _>(i32::try_from(leased.attempt).unwrap_or(i32::MAX))
    .bind::<Timestamptz, _>(attempt.at.to_diesel())
    .bind::<Nullable<Integer>, _>(attempt.status.map(i32::from))
    .bind::<Nullable<Text>, _>(&attempt.error)
    .bind::<Text, _>(state)
    .bind::<Timestamptz, _>(next_at.to_diesel())
    .execute(conn)
    .await
    .map(|_| ())
}

/// Gives up what still waits for an endpoint.
pub async fn give_up(conn: &mut Conn, endpoint: Uuid) -> Result<(), DbError> {
    cached("UPDATE webhook_deliveries SET state = 'failed' WHERE endpoint_id = $1 AND state = 'waiting'")
        .bind::<SqlUuid, _>(endpoint)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Order of [`page`]: `created_at`, then id.
pub type DeliveryKey = (Timestamp, Uuid);

/// At most `limit` deliveries of an endpoint after a key, latest first, with their attempts.
pub async fn page(
    conn: &mut Conn,
    endpoint: Uuid,
    state: Option<&str>,
    after: Option<DeliveryKey>,
    limit: i64,
) -> Result<Vec<Delivery>, DbError> {
    use diesel::dsl::sql;
    let mut query = webhook_deliveries::table
        .inner_join(webhook_messages::table)
        .filter(webhook_deliveries::endpoint_id.eq(endpoint))
        .order((
            webhook_deliveries::created_at.desc(),
            webhook_deliveries::id.desc(),
        ))
        .select((
            webhook_deliveries::id,
            webhook_deliveries::message_id,
            webhook_messages::kind,
            webhook_deliveries::created_at,
            webhook_deliveries::state,
            webhook_deliveries::next_at,
            webhook_messages::body,
        ))
        .limit(limit)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(webhook_deliveries::state.eq(state.to_owned()));
    }
    if let Some((created_at, id)) = after {
        query = query.filter(
            sql::<diesel::sql_types::Bool>(
                "(webhook_deliveries.created_at, webhook_deliveries.id) < (",
            )
            .bind::<Timestamptz, _>(created_at.to_diesel())
            .sql(", ")
            .bind::<SqlUuid, _>(id)
            .sql(")"),
        );
    }
    type Row = (
        Uuid,
        Uuid,
        String,
        SqlTimestamp,
        String,
        SqlTimestamp,
        String,
    );
    let rows: Vec<Row> = query.load(conn).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
    let mut attempts = attempts(conn, &ids).await?;
    let delivery = |(id, message_id, kind, created_at, state, next_at, body): Row| Delivery {
        id,
        message_id,
        kind,
        created_at: created_at.to_jiff(),
        state,
        next_at: next_at.to_jiff(),
        body,
        attempts: attempts.remove(&id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(delivery).collect())
}

async fn attempts(
    conn: &mut Conn,
    deliveries: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Attempt>>, DbError> {
    let rows: Vec<(Uuid, SqlTimestamp, Option<i32>, Option<String>)> = webhook_attempts::table
        .filter(webhook_attempts::delivery_id.eq_any(deliveries))
        .order(webhook_attempts::id)
        .select((
            webhook_attempts::delivery_id,
            webhook_attempts::at,
            webhook_attempts::status,
            webhook_attempts::error,
        ))
        .load(conn)
        .await?;
    let mut attempts: HashMap<Uuid, Vec<Attempt>> = HashMap::new();
    for (delivery, at, status, error) in rows {
        attempts.entry(delivery).or_default().push(Attempt {
            at: at.to_jiff(),
            status: status.and_then(|status| u16::try_from(status).ok()),
            error,
        });
    }
    Ok(attempts)
}
