//! Tasks in the feed: the office holds all of them, an inspector those that it still has to do.

use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::sync::ACCEPT_LATE_DAYS;

/// Announces tasks to the office, and to their inspectors while there is something to do.
pub async fn tasks(conn: &mut Conn, ids: &[Uuid]) -> Result<(), DbError> {
    cached(TASKS)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<BigInt, _>(ACCEPT_LATE_DAYS)
        .execute(conn)
        .await
        .map(|_| ())
}

const TASKS: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
k AS (SELECT k.id, k.rev, coalesce(k.cancelled_why, 'done') AS ended, reader.scope \
        FROM tasks k LEFT JOIN LATERAL (SELECT 'office' AS scope UNION ALL \
             SELECT 'user:' || i.id FROM accounts i \
              WHERE i.id = k.account_id AND i.role = 'inspector' AND k.state IN ('open', 'started')) AS reader ON true \
       WHERE k.id = ANY ($1)), \
gone AS (\
  UPDATE sync_feed f SET state = 'left', rev = k.rev, reason = k.ended, accept_until = now() + make_interval(days => $2::int), \
         tx = now.tx, seq = nextval('sync_feed_seq') \
    FROM (SELECT DISTINCT id, rev, ended FROM k) AS k, now \
   WHERE f.entity = 'tasks' AND f.entity_id = k.id AND f.state = 'present' \
     AND NOT EXISTS (SELECT FROM k AS reader WHERE reader.id = f.entity_id AND reader.scope = f.scope)) \
INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT k.scope, 'tasks', k.id, 'present', k.rev, now.tx, nextval('sync_feed_seq'), now.tx FROM k, now ORDER BY k.id, k.scope \
ON CONFLICT (entity_id, entity, scope) DO UPDATE SET state = 'present', rev = excluded.rev, reason = NULL, accept_until = NULL, \
       tx = excluded.tx, seq = excluded.seq";
