//! Filed tickets on the map: from afar in clusters of those counts that are kept at several levels (migration `ticket_tallies`), close by each
//! for itself.

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::geo::{BoundingBox, Point};
use crate::domain::ticket::machine::State;
use crate::domain::ticket::map::{Cluster, LEVELS, Pin, Shown};

/// Counts of all units together stand under this one.
const ALL_UNITS: &[Uuid] = &[Uuid::nil()];
/// In the squares of level $5 (512 cells a degree) that a box touches, for these units.
const WITHIN: &str = "\
level = $5 AND lead_unit_id = ANY ($6) \
AND lat BETWEEN floor($1 * 512)::integer >> $5 AND floor($2 * 512)::integer >> $5 \
AND lon BETWEEN floor($3 * 512)::integer >> $5 AND floor($4 * 512)::integer >> $5";

#[derive(QueryableByName)]
struct Squares {
    #[diesel(sql_type = BigInt)]
    squares: i64,
}

/// How many of the largest squares have tickets, of those that a box touches.
pub async fn squares(
    conn: &mut Conn,
    within: BoundingBox,
    units: Option<&[Uuid]>,
) -> Result<i64, DbError> {
    let [largest, ..] = LEVELS;
    let row: Squares = cached(format!(
        "SELECT count(DISTINCT (lat, lon)) AS squares FROM ticket_counts_on_map WHERE {WITHIN}"
    ))
    .bind::<Double, _>(within.south)
    .bind::<Double, _>(within.north)
    .bind::<Double, _>(within.west)
    .bind::<Double, _>(within.east)
    .bind::<Integer, _>(exponent(largest))
    .bind::<Array<SqlUuid>, _>(units.unwrap_or(ALL_UNITS))
    .get_result(conn)
    .await?;
    Ok(row.squares)
}

#[derive(QueryableByName)]
struct ClusterRow {
    #[diesel(sql_type = Double)]
    lat: f64,
    #[diesel(sql_type = Double)]
    lon: f64,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
}

/// Filed tickets of the squares that a box touches, a cluster for each `2^coarse` by `2^coarse` cells.
pub async fn clusters(
    conn: &mut Conn,
    within: BoundingBox,
    coarse: u32,
    units: Option<&[Uuid]>,
    shown: Shown,
) -> Result<Vec<Cluster>, DbError> {
    let level = LEVELS.into_iter().find(|level| *level <= coarse);
    let level = level.unwrap_or_default();
    let (open, closed) = open_and_closed(shown);
    let rows: Vec<ClusterRow> = cached(format!(
        "SELECT (sum(n * lat)::double precision / sum(n)::double precision + 0.5) / (512 >> $5) AS lat, \
                (sum(n * lon)::double precision / sum(n)::double precision + 0.5) / (512 >> $5) AS lon, \
                sum(n)::bigint AS count, coalesce(sum(n) FILTER (WHERE outcome = 'open'), 0)::bigint AS open \
           FROM ticket_counts_on_map WHERE {WITHIN} AND CASE outcome WHEN 'open' THEN $7 ELSE $8 END \
          GROUP BY lat >> $9, lon >> $9 HAVING sum(n) > 0 ORDER BY lat >> $9, lon >> $9"
    ))
    .bind::<Double, _>(within.south)
    .bind::<Double, _>(within.north)
    .bind::<Double, _>(within.west)
    .bind::<Double, _>(within.east)
    .bind::<Integer, _>(exponent(level))
    .bind::<Array<SqlUuid>, _>(units.unwrap_or(ALL_UNITS))
    .bind::<Bool, _>(open)
    .bind::<Bool, _>(closed)
    .bind::<Integer, _>(exponent(coarse.saturating_sub(level)))
    .load(conn)
    .await?;
    let clusters = rows.into_iter().map(|row| Cluster {
        lat: row.lat,
        lon: row.lon,
        count: row.count,
        open: row.open,
    });
    Ok(clusters.collect())
}

fn exponent(of_two: u32) -> i32 {
    i32::try_from(of_two).unwrap_or(i32::MAX)
}

fn open_and_closed(shown: Shown) -> (bool, bool) {
    match shown {
        Shown::Open => (true, false),
        Shown::Closed => (false, true),
        Shown::All => (true, true),
    }
}

#[derive(QueryableByName)]
struct PinRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Double)]
    lat: f64,
    #[diesel(sql_type = Double)]
    lon: f64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Bool)]
    overdue: bool,
}

/// At most `limit` filed tickets within a box, each by itself, as of `now`.
pub async fn pins(
    conn: &mut Conn,
    within: BoundingBox,
    units: Option<&[Uuid]>,
    shown: Shown,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Pin>, DbError> {
    let (open, closed) = open_and_closed(shown);
    let rows: Vec<PinRow> = cached(
        "SELECT id, number, state, item, lat, lon, due_at, \
                coalesce(overdue_after(state, due_at, submitted_at, photos_due_at) < $8, false) AS overdue \
           FROM tickets \
          WHERE number IS NOT NULL AND lat IS NOT NULL AND state <> 'voided' AND lat BETWEEN $1 AND $2 AND lon BETWEEN $3 AND $4 \
            AND ($5 IS NULL OR lead_unit_id = ANY ($5)) AND CASE state WHEN 'closed' THEN $7 ELSE $6 END \
          ORDER BY lat, lon, id LIMIT $9",
    )
    .bind::<Double, _>(within.south)
    .bind::<Double, _>(within.north)
    .bind::<Double, _>(within.west)
    .bind::<Double, _>(within.east)
    .bind::<Nullable<Array<SqlUuid>>, _>(units)
    .bind::<Bool, _>(open)
    .bind::<Bool, _>(closed)
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let pins = rows.into_iter().map(|row| {
        let state = row.state.parse::<State>();
        let position = Point::new(row.lat, row.lon);
        Ok(Pin {
            id: row.id,
            number: row.number,
            state: state.map_err(|error| DbError::DeserializationError(error.into()))?,
            item: row.item,
            position: position.map_err(|error| DbError::DeserializationError(error.into()))?,
            due_at: row.due_at.map(SqlTimestamp::to_jiff),
            overdue: row.overdue,
        })
    });
    pins.collect()
}
