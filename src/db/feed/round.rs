//! Announcing rounds, to those whom the view `round_readers` names.

use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};

/// Announces a round that has come further to everyone who may know of it; who has a visit in it goes on knowing.
pub async fn round(conn: &mut Conn, id: Uuid) -> Result<(), DbError> {
    cached(ROUND)
        .bind::<SqlUuid, _>(id)
        .execute(conn)
        .await
        .map(|_| ())
}

const ROUND: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base) \
INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT r.scope, 'rounds', r.round_id, 'present', r.rev, now.tx, nextval('sync_feed_seq'), now.tx \
  FROM round_readers r, now WHERE r.round_id = $1 ORDER BY r.scope \
ON CONFLICT (entity_id, entity, scope) DO UPDATE SET state = 'present', rev = excluded.rev, reason = NULL, accept_until = NULL, \
       tx = excluded.tx, seq = excluded.seq";
