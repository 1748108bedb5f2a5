//! Many tickets at once: those whose clocks a calendar may move, moving them, and those that lie on the map.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::row::Row;
use crate::db::cached::cached;
use crate::db::schema::tickets;
use crate::db::{Conn, DbError};
use crate::domain::calendar::DeadlineClock;
use crate::domain::ticket::Ticket;

/// At most `limit` tickets after an id whose deadline is provisional, or firm, still to come and running, by id. Locked
/// when they are to be changed.
pub async fn movable(
    conn: &mut Conn,
    now: Timestamp,
    after: Option<Uuid>,
    limit: i64,
    locked: bool,
) -> Result<Vec<Ticket>, DbError> {
    let after = after.unwrap_or_default();
    let running = tickets::state
        .eq_any(["dispatched", "rectifying"])
        .and(tickets::clock_stopped_at.is_null())
        .and(tickets::due_at.gt(now.to_diesel()).assume_not_null());
    let query = tickets::table
        .filter(tickets::id.gt(after))
        .filter(tickets::due_provisional.or(running))
        .order(tickets::id)
        .limit(limit)
        .select(Row::as_select());
    let rows: Vec<Row> = if locked {
        query.for_update().load(conn).await?
    } else {
        query.load(conn).await?
    };
    rows.into_iter().map(Ticket::try_from).collect()
}

/// Gives locked tickets their clocks as computed anew: a change that their units see.
pub async fn set(
    conn: &mut Conn,
    clocks: &[(Uuid, &DeadlineClock)],
    now: Timestamp,
) -> Result<(), DbError> {
    let ids: Vec<Uuid> = clocks.iter().map(|(id, _)| *id).collect();
    let texts: serde_json::Result<Vec<String>> = clocks
        .iter()
        .map(|(_, clock)| serde_json::to_string(clock))
        .collect();
    let texts = texts.map_err(|error| DbError::SerializationError(error.into()))?;
    let dues: Vec<_> = clocks.iter().map(|(_, it)| it.due.at.to_diesel()).collect();
    let provisional: Vec<bool> = clocks.iter().map(|(_, it)| it.due.provisional).collect();
    cached(
        "UPDATE tickets t SET rev = t.rev + 1, updated_at = $5, clock = moved.clock::jsonb, due_at = moved.due_at, \
                due_provisional = moved.provisional \
           FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bool[]) AS moved (id, clock, due_at, provisional) \
          WHERE t.id = moved.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(texts)
    .bind::<Array<Timestamptz>, _>(dues)
    .bind::<Array<Bool>, _>(provisional)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(conn)
    .await
    .map(|_| ())
}

/// At most `limit` open tickets with a position after an id, by id.
pub async fn open_on_map(
    conn: &mut Conn,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Ticket>, DbError> {
    let rows: Vec<Row> = tickets::table
        .filter(tickets::id.gt(after.unwrap_or_default()))
        .filter(tickets::lat.is_not_null())
        .filter(tickets::state.ne_all(["closed", "rejected", "merged", "voided"]))
        .order(tickets::id)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(Ticket::try_from).collect()
}
