//! The epoch: the time in which transaction ids mean what they meant. Raw ids do not survive a dump and restore, and a restore
//! from an older backup takes back what cursors have seen.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::{Conn, DbError};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    base: i64,
    #[diesel(sql_type = SqlUuid)]
    epoch: Uuid,
    #[diesel(sql_type = BigInt)]
    next_xid: i64,
    #[diesel(sql_type = BigInt)]
    last_tx: i64,
    #[diesel(sql_type = BigInt)]
    last_seen: i64,
}

/// Begins a new epoch if this cluster's transaction ids have not passed every one that the feed or a cursor tells of: then the
/// database was restored here from elsewhere. Answers whether it did. Wants a transaction.
pub async fn renew_if_restored(conn: &mut Conn) -> Result<bool, DbError> {
    diesel::sql_query("SELECT FROM feed_base FOR UPDATE")
        .execute(conn)
        .await?;
    let row: Row = diesel::sql_query(
        "SELECT b.base, b.epoch, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next_xid, \
                coalesce((SELECT max(tx) FROM sync_feed), 0) AS last_tx, \
                coalesce((SELECT max(pg_snapshot_xmax(snap::pg_snapshot)::text::bigint) FROM sync_cursors c WHERE c.epoch = b.epoch), 0) \
                  AS last_seen \
           FROM feed_base b",
    )
    .get_result(conn)
    .await?;
    if row.last_tx < row.base + row.next_xid && row.last_seen <= row.next_xid {
        return Ok(false);
    }
    let base = row.last_tx.max(row.base + row.last_seen) + 1;
    diesel::sql_query("UPDATE feed_base SET base = $1, epoch = gen_random_uuid() WHERE epoch = $2")
        .bind::<BigInt, _>(base)
        .bind::<SqlUuid, _>(row.epoch)
        .execute(conn)
        .await?;
    Ok(true)
}
