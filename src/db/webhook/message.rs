//! Messages that no row of a trail makes.

use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::webhook::{DIGEST, PING};

/// Tells of these digests whoever may know of them: the office, and the unit that each is addressed to with those above it.
pub async fn of_digests(conn: &mut Conn, ids: &[Uuid]) -> Result<(), DbError> {
    cached(
        "WITH told AS MATERIALIZED (\
           SELECT gen_random_uuid() AS id, d.told_at AS at, u.lineage, json_build_object(\
                  'type', $2, 'timestamp', to_char(d.told_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), \
                  'data', json_build_object('digest', d.number, 'unit', u.code, 'unit_name', d.unit_name, 'slips', \
                     (SELECT count(*) FROM supervision_digest_slips s WHERE s.digest_id = d.id)))::text AS body \
             FROM supervision_digests d JOIN units u ON u.id = d.unit_id WHERE d.id = ANY ($1)), \
         wanted AS MATERIALIZED (\
           SELECT told.id AS message_id, e.id AS endpoint_id, told.at FROM told \
             JOIN webhook_endpoints e ON e.disabled_at IS NULL AND (e.events = '{}' OR $2 = ANY (e.events)) \
            WHERE e.unit_id IS NULL OR e.unit_id = ANY (told.lineage)), \
         messages AS (\
           INSERT INTO webhook_messages (id, kind, created_at, body) \
           SELECT id, $2, at, body FROM told WHERE id IN (SELECT message_id FROM wanted)) \
         INSERT INTO webhook_deliveries (id, message_id, endpoint_id, created_at, state, next_at) \
         SELECT gen_random_uuid(), message_id, endpoint_id, at, 'waiting', at FROM wanted",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Text, _>(DIGEST)
    .execute(conn)
    .await
    .map(|_| ())
}

/// A message to one endpoint, to try it.
pub async fn ping(conn: &mut Conn, endpoint: Uuid, now: Timestamp) -> Result<(), DbError> {
    cached(
        "WITH message AS (INSERT INTO webhook_messages (id, kind, created_at, body) \
           SELECT gen_random_uuid(), $2, $3, json_build_object('type', $2, \
                  'timestamp', to_char($3 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), \
                  'data', json_build_object('endpoint', $1))::text RETURNING id) \
         INSERT INTO webhook_deliveries (id, message_id, endpoint_id, created_at, state, next_at) \
         SELECT gen_random_uuid(), message.id, $1, $3, 'waiting', $3 FROM message",
    )
    .bind::<SqlUuid, _>(endpoint)
    .bind::<Text, _>(PING)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(conn)
    .await
    .map(|_| ())
}

/// Removes messages that were written before an instant, with their log; those still on their way stay.
pub async fn forget(conn: &mut Conn, before: Timestamp) -> Result<usize, DbError> {
    cached(
        "DELETE FROM webhook_messages m WHERE m.created_at < $1 \
            AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.message_id = m.id AND d.state = 'waiting')",
    )
    .bind::<Timestamptz, _>(before.to_diesel())
    .execute(conn)
    .await
}

/// Puts the endpoint's deliveries that have failed since an instant, or this one whatever became of it, to wait anew; answers how many.
pub async fn replay(
    conn: &mut Conn,
    endpoint: Uuid,
    failed_since: Option<Timestamp>,
    delivery: Option<Uuid>,
    now: Timestamp,
) -> Result<usize, DbError> {
    cached(
        "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_at = $4 \
          WHERE endpoint_id = $1 AND (state = 'failed' AND created_at >= $2 OR state <> 'waiting' AND id = $3)",
    )
    .bind::<SqlUuid, _>(endpoint)
    .bind::<Nullable<Timestamptz>, _>(failed_since.map(|at| at.to_diesel()))
    .bind::<Nullable<SqlUuid>, _>(delivery)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(conn)
    .await
}
