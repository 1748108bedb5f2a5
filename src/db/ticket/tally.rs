//! Counts of filed tickets, and what lies on the map. Counts are kept as tickets change (migration `ticket_tallies`); each query reads what is
//! folded and what is not yet in one statement.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Double, Integer, Nullable, Text, Timestamptz,
    Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::geo::{BoundingBox, Point};
use crate::domain::ticket::machine::State;
use crate::domain::ticket::tally::{Cluster, Dimension, Pin, Shown, Tally, TallyFilter, TallyKey};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    period: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    district: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    item: Option<String>,
    #[diesel(sql_type = BigInt)]
    filed: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    overdue: i64,
    #[diesel(sql_type = BigInt)]
    on_time: i64,
    #[diesel(sql_type = BigInt)]
    late: i64,
    #[diesel(sql_type = BigInt)]
    exempt: i64,
}

/// At most `limit` groups, in the order of their keys, as of `now`.
pub async fn count(
    conn: &mut Conn,
    by: &[Dimension],
    filter: &TallyFilter,
    now: Timestamp,
    limit: i64,
) -> Result<BTreeMap<TallyKey, Tally>, DbError> {
    let of_items = by.contains(&Dimension::Item) || filter.item.is_some();
    let (view, day, item) = match of_items {
        true => ("ticket_counts_by_item", "month", "item"),
        false => ("ticket_counts_by_day", "day", "NULL::text"),
    };
    let counted = format!(
        "SELECT {KEY}, sum(n)::bigint AS filed, coalesce(sum(n) FILTER (WHERE outcome = 'open'), 0)::bigint AS open, 0::bigint AS overdue, \
                coalesce(sum(n) FILTER (WHERE outcome = 'on_time'), 0)::bigint AS on_time, \
                coalesce(sum(n) FILTER (WHERE outcome = 'late'), 0)::bigint AS late, \
                coalesce(sum(n) FILTER (WHERE outcome = 'exempt'), 0)::bigint AS exempt \
           FROM (SELECT {day} AS day, lead_unit_id, district_code, {item} AS item, outcome, n FROM {view}) t \
          WHERE {NARROWED} GROUP BY 1, 2, 3, 4 HAVING sum(n) > 0"
    );
    let overdue = format!(
        "SELECT {KEY}, 0::bigint, 0::bigint, count(*), 0::bigint, 0::bigint, 0::bigint \
           FROM (SELECT (listed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, lead_unit_id, coalesce(district_code, '') AS district_code, item \
                   FROM tickets WHERE overdue_after(state, due_at, submitted_at, photos_due_at) < $11) t \
          WHERE {NARROWED} GROUP BY 1, 2, 3, 4"
    );
    let asked = |dimension| by.contains(&dimension);
    let rows: Vec<Row> = cached(format!(
        "SELECT period, district, unit, item, sum(filed)::bigint AS filed, sum(open)::bigint AS open, sum(overdue)::bigint AS overdue, \
                sum(on_time)::bigint AS on_time, sum(late)::bigint AS late, sum(exempt)::bigint AS exempt \
           FROM ({counted} UNION ALL {overdue}) c GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 LIMIT $12"
    ))
    .bind::<Bool, _>(asked(Dimension::Month))
    .bind::<Bool, _>(asked(Dimension::Day))
    .bind::<Bool, _>(asked(Dimension::District))
    .bind::<Bool, _>(asked(Dimension::Unit))
    .bind::<Bool, _>(asked(Dimension::Item))
    .bind::<SqlDate, _>(filter.from.to_diesel())
    .bind::<SqlDate, _>(filter.to.to_diesel())
    .bind::<Nullable<Text>, _>(filter.district.as_deref())
    .bind::<Nullable<Array<SqlUuid>>, _>(filter.units.as_deref())
    .bind::<Nullable<Text>, _>(filter.item.as_deref())
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let groups = rows.into_iter().map(|row| {
        let key = TallyKey {
            period: row.period,
            district: row.district,
            unit: row.unit,
            item: row.item,
        };
        let tally = Tally {
            filed: row.filed,
            open: row.open,
            overdue: row.overdue,
            closed_on_time: row.on_time,
            closed_late: row.late,
            exempt: row.exempt,
        };
        (key, tally)
    });
    Ok(groups.collect())
}

const KEY: &str = "\
CASE WHEN $1 THEN to_char(t.day, 'YYYY-MM') WHEN $2 THEN to_char(t.day, 'YYYY-MM-DD') END AS period, \
CASE WHEN $3 THEN t.district_code END AS district, CASE WHEN $4 THEN t.lead_unit_id END AS unit, CASE WHEN $5 THEN t.item END AS item";
const NARROWED: &str = "\
t.day BETWEEN $6 AND $7 AND ($8 IS NULL OR t.district_code = $8) AND ($9 IS NULL OR t.lead_unit_id = ANY ($9)) AND ($10 IS NULL OR t.item = $10)";

/// Moves the changes counted so far into the tallies; answers how many there were.
pub async fn fold(conn: &mut Conn) -> Result<i64, DbError> {
    #[derive(QueryableByName)]
    struct Folded {
        #[diesel(sql_type = BigInt)]
        folded: i64,
    }
    let row: Folded = cached("SELECT fold_ticket_tallies() AS folded")
        .get_result(conn)
        .await?;
    Ok(row.folded)
}

/// Squares are 16 cells wide: a view of that many cells or more is told from squares.
const SQUARE: u32 = 4;

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

/// Filed tickets within a box (to the size of a cell, a 512th of a degree), a cluster for each `2^coarse` by `2^coarse` cells.
pub async fn clusters(
    conn: &mut Conn,
    within: BoundingBox,
    coarse: u32,
    units: Option<&[Uuid]>,
    shown: Shown,
) -> Result<Vec<Cluster>, DbError> {
    let (it, in_a_degree, shift) = match coarse.checked_sub(SQUARE) {
        Some(shift) => ("square", 32, shift),
        None => ("cell", 512, coarse),
    };
    let (open, closed) = open_and_closed(shown);
    let rows: Vec<ClusterRow> = cached(format!(
        "SELECT (sum(n * ({it}_lat + 0.5)) / sum(n) / {in_a_degree})::double precision AS lat, \
                (sum(n * ({it}_lon + 0.5)) / sum(n) / {in_a_degree})::double precision AS lon, \
                sum(n)::bigint AS count, coalesce(sum(n) FILTER (WHERE outcome = 'open'), 0)::bigint AS open \
           FROM ticket_counts_by_{it} \
          WHERE {it}_lat BETWEEN floor($1 * {in_a_degree})::integer AND floor($2 * {in_a_degree})::integer \
            AND {it}_lon BETWEEN floor($3 * {in_a_degree})::integer AND floor($4 * {in_a_degree})::integer \
            AND ($5 IS NULL OR lead_unit_id = ANY ($5)) AND CASE outcome WHEN 'open' THEN $6 ELSE $7 END \
          GROUP BY {it}_lat >> $8, {it}_lon >> $8 HAVING sum(n) > 0 ORDER BY {it}_lat >> $8, {it}_lon >> $8"
    ))
    .bind::<Double, _>(within.south)
    .bind::<Double, _>(within.north)
    .bind::<Double, _>(within.west)
    .bind::<Double, _>(within.east)
    .bind::<Nullable<Array<SqlUuid>>, _>(units)
    .bind::<Bool, _>(open)
    .bind::<Bool, _>(closed)
    .bind::<Integer, _>(i32::try_from(shift).unwrap_or(i32::MAX))
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
