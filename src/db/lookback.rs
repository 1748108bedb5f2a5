//! Draws of tickets to look back at: what they were made of and what came out, never changed.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::schema::{lookback_candidates, lookback_draws, tasks};
use super::{Conn, DbError, task};
use crate::domain::draw::NoSeed;
use crate::domain::lookback::{Lookback, LookbackDraw};
use crate::domain::task::TaskKind;

/// Where a page goes on: instant of the draw and place of the last look-back before.
pub type Place = (Timestamp, i32);

/// One draw at a time, until the transaction ends.
pub async fn lock(conn: &mut Conn) -> Result<(), DbError> {
    cached("SELECT pg_advisory_xact_lock(hashtext('xuncha lookback draw'))")
        .execute(conn)
        .await
        .map(|_| ())
}

/// Until when the last draw reached.
pub async fn last_until(conn: &mut Conn) -> Result<Option<Timestamp>, DbError> {
    let last: Option<SqlTimestamp> = lookback_draws::table
        .select(diesel::dsl::max(lookback_draws::closed_until))
        .first(conn)
        .await?;
    Ok(last.map(SqlTimestamp::to_jiff))
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Tickets that their units closed by themselves in a span of time. What was put right under the inspector's eyes is not among them,
/// nor what a draw has been made of before.
pub async fn closed_by_units(
    conn: &mut Conn,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<IdRow> = cached(
        "SELECT t.id FROM tickets t JOIN filing_conditions c ON c.id = t.condition_id AND c.closing_policy = 'unit' \
          WHERE t.state = 'closed' AND t.closed_at >= $1 AND t.closed_at < $2 AND NOT t.fixed_on_site \
            AND NOT EXISTS (SELECT FROM lookback_candidates k WHERE k.ticket_id = t.id) ORDER BY t.id",
    )
    .bind::<Timestamptz, _>(from.to_diesel())
    .bind::<Timestamptz, _>(until.to_diesel())
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Writes a draw.
pub async fn insert(conn: &mut Conn, draw: &LookbackDraw) -> Result<(), DbError> {
    diesel::insert_into(lookback_draws::table)
        .values((
            lookback_draws::id.eq(draw.id),
            lookback_draws::seed.eq(draw.seed.to_string()),
            lookback_draws::share_percent.eq(i32::try_from(draw.share_percent).unwrap_or(i32::MAX)),
            lookback_draws::closed_from.eq(draw.from.to_diesel()),
            lookback_draws::closed_until.eq(draw.until.to_diesel()),
            lookback_draws::drawn_by.eq(draw.drawn_by),
        ))
        .execute(conn)
        .await?;
    cached(
        "INSERT INTO lookback_candidates (ticket_id, draw_id, place) \
         SELECT t.id, $1, array_position($3::uuid[], t.id) FROM unnest($2::uuid[]) AS t (id)",
    )
    .bind::<SqlUuid, _>(draw.id)
    .bind::<Array<SqlUuid>, _>(&draw.tickets)
    .bind::<Array<SqlUuid>, _>(&draw.drawn)
    .execute(conn)
    .await
    .map(|_| ())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = lookback_draws, check_for_backend(diesel::pg::Pg))]
struct DrawRow {
    id: Uuid,
    seed: String,
    share_percent: i32,
    closed_from: SqlTimestamp,
    closed_until: SqlTimestamp,
    drawn_by: Option<Uuid>,
}

/// A draw with all that it was made of.
pub async fn find_draw(conn: &mut Conn, id: Uuid) -> Result<Option<LookbackDraw>, DbError> {
    let row: Option<DrawRow> = lookback_draws::table
        .find(id)
        .select(DrawRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let candidates: Vec<(Uuid, Option<i32>)> = lookback_candidates::table
        .filter(lookback_candidates::draw_id.eq(id))
        .order((lookback_candidates::place, lookback_candidates::ticket_id))
        .select((lookback_candidates::ticket_id, lookback_candidates::place))
        .load(conn)
        .await?;
    let drawn = candidates.iter().filter(|(_, place)| place.is_some());
    let mut tickets: Vec<Uuid> = candidates.iter().map(|(id, _)| *id).collect();
    tickets.sort_unstable();
    Ok(Some(LookbackDraw {
        id: row.id,
        seed: row
            .seed
            .parse()
            .map_err(|error: NoSeed| DbError::DeserializationError(error.into()))?,
        share_percent: u32::try_from(row.share_percent).unwrap_or_default(),
        from: row.closed_from.to_jiff(),
        until: row.closed_until.to_jiff(),
        drawn_by: row.drawn_by,
        drawn: drawn.map(|(id, _)| *id).collect(),
        tickets,
    }))
}

/// Whether a ticket was drawn.
pub async fn is_drawn(conn: &mut Conn, ticket_id: Uuid) -> Result<bool, DbError> {
    let drawn = lookback_candidates::table
        .filter(lookback_candidates::ticket_id.eq(ticket_id))
        .filter(lookback_candidates::place.is_not_null());
    diesel::select(diesel::dsl::exists(drawn))
        .get_result(conn)
        .await
}

#[derive(QueryableByName)]
struct PageRow {
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    number: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    draw_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    drawn_at: SqlTimestamp,
    #[diesel(sql_type = Integer)]
    place: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    task_id: Option<Uuid>,
}

const PAGE: &str = "\
SELECT c.ticket_id, t.number, c.draw_id, d.closed_until AS drawn_at, c.place, last.id AS task_id \
  FROM lookback_candidates c JOIN lookback_draws d ON d.id = c.draw_id JOIN tickets t ON t.id = c.ticket_id \
  LEFT JOIN LATERAL (SELECT k.id, k.state FROM tasks k WHERE k.ticket_id = c.ticket_id AND k.kind = 'lookback' \
                      ORDER BY k.created_at DESC, k.id DESC LIMIT 1) AS last ON true \
 WHERE c.place IS NOT NULL AND ($1::timestamptz IS NULL OR d.closed_until < $1 OR d.closed_until = $1 AND c.place > $2) \
   AND ($4::text IS NULL OR coalesce(last.state, 'unasked') = $4) \
 ORDER BY d.closed_until DESC, c.place LIMIT $3";

/// Look-backs behind a place: the latest draw first, each in its order; only those in this state, or `unasked`.
pub async fn page(
    conn: &mut Conn,
    state: Option<&str>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Lookback>, DbError> {
    let rows: Vec<PageRow> = cached(PAGE)
        .bind::<Nullable<Timestamptz>, _>(after.map(|(at, _)| at.to_diesel()))
        .bind::<Nullable<Integer>, _>(after.map(|(_, place)| place))
        .bind::<BigInt, _>(limit)
        .bind::<Nullable<Text>, _>(state)
        .load(conn)
        .await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.task_id).collect();
    let mut tasks = task::with_names(conn, &ids).await?;
    let lookback = |row: PageRow| Lookback {
        ticket_id: row.ticket_id,
        number: row.number,
        draw_id: row.draw_id,
        drawn_at: row.drawn_at.to_jiff(),
        place: row.place,
        task: row.task_id.and_then(|id| tasks.remove(&id)),
    };
    Ok(rows.into_iter().map(lookback).collect())
}

/// Whether somebody has come to an end with looking back at a ticket: passed or failed.
pub async fn is_settled(conn: &mut Conn, ticket_id: Uuid) -> Result<bool, DbError> {
    let settled = tasks::table
        .filter(tasks::ticket_id.eq(ticket_id))
        .filter(tasks::kind.eq(TaskKind::Lookback.as_str()))
        .filter(tasks::result.eq_any(["pass", "fail"]));
    diesel::select(diesel::dsl::exists(settled))
        .get_result(conn)
        .await
}
