//! Which tickets have reached the next rung of the ladder.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};

/// Tickets of a unit at the level below this one reach it when their deadline is no later than this.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The lead unit.
    pub unit_id: Uuid,
    /// The level to be reached.
    pub level: u32,
    /// The latest such deadline.
    pub latest_due: Timestamp,
}

/// One worker climbs at a time, until the transaction ends: so what belongs together is told together.
pub async fn lock(conn: &mut Conn) -> Result<(), DbError> {
    cached("SELECT pg_advisory_xact_lock(hashtext('xuncha ladder'))")
        .execute(conn)
        .await
        .map(|_| ())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// At most `limit` tickets that grow later and have reached the next rung, by id; not locked.
pub async fn reached(
    conn: &mut Conn,
    bounds: &[Bound],
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Uuid>, DbError> {
    let units: Vec<Uuid> = bounds.iter().map(|bound| bound.unit_id).collect();
    let below = |bound: &Bound| i32::try_from(bound.level).map_or(i32::MAX, |level| level - 1);
    let levels: Vec<i32> = bounds.iter().map(below).collect();
    let dues: Vec<_> = bounds.iter().map(|it| it.latest_due.to_diesel()).collect();
    let rows: Vec<IdRow> = cached(
        "SELECT t.id FROM tickets t \
           JOIN unnest($1::uuid[], $2::int[], $3::timestamptz[]) AS bound (unit_id, level, due_at) \
             ON t.lead_unit_id = bound.unit_id AND t.supervision_level = bound.level AND t.due_at <= bound.due_at \
          WHERE t.state IN ('dispatched', 'rectifying', 'awaiting_recheck') AND t.due_at < $4 \
            AND (t.state <> 'awaiting_recheck' OR t.photos_due_at < $4) \
          ORDER BY t.id LIMIT $5",
    )
    .bind::<Array<SqlUuid>, _>(units)
    .bind::<Array<Integer>, _>(levels)
    .bind::<Array<Timestamptz>, _>(dues)
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
