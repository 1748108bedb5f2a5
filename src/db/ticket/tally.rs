//! Counts of filed tickets. They are kept as tickets change (migration `ticket_tallies`); each query reads what is folded and what is not yet in
//! one statement.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::ticket::tally::{Dimension, Tally, TallyFilter, TallyKey};

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
    let units = whose(filter, by);
    let counted = format!(
        "SELECT {KEY}, sum(n)::bigint AS filed, coalesce(sum(n) FILTER (WHERE outcome = 'open'), 0)::bigint AS open, 0::bigint AS overdue, \
                coalesce(sum(n) FILTER (WHERE outcome = 'on_time'), 0)::bigint AS on_time, \
                coalesce(sum(n) FILTER (WHERE outcome = 'late'), 0)::bigint AS late, \
                coalesce(sum(n) FILTER (WHERE outcome = 'exempt'), 0)::bigint AS exempt \
           FROM (SELECT {day} AS day, lead_unit_id, district_code, {item} AS item, outcome, n FROM {view}) t \
          WHERE {NARROWED} AND {units} GROUP BY 1, 2, 3, 4 HAVING sum(n) > 0"
    );
    let overdue = format!(
        "SELECT {KEY}, 0::bigint, 0::bigint, count(*), 0::bigint, 0::bigint, 0::bigint \
           FROM (SELECT (listed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, lead_unit_id, coalesce(district_code, '') AS district_code, item \
                   FROM tickets WHERE overdue_after(state, due_at, submitted_at, photos_due_at) < $11) t \
          WHERE {NARROWED} AND ($9 IS NULL OR t.lead_unit_id = ANY ($9)) GROUP BY 1, 2, 3, 4"
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

/// Whose counts are read. Under the nil UUID stand those of all units together.
fn whose(filter: &TallyFilter, by: &[Dimension]) -> &'static str {
    match (&filter.units, by.contains(&Dimension::Unit)) {
        (Some(_), _) => "t.lead_unit_id = ANY ($9)",
        (None, true) => "t.lead_unit_id <> '00000000-0000-0000-0000-000000000000'",
        (None, false) => "t.lead_unit_id = '00000000-0000-0000-0000-000000000000'",
    }
}

const KEY: &str = "\
CASE WHEN $1 THEN to_char(t.day, 'YYYY-MM') WHEN $2 THEN to_char(t.day, 'YYYY-MM-DD') END AS period, \
CASE WHEN $3 THEN t.district_code END AS district, CASE WHEN $4 THEN t.lead_unit_id END AS unit, CASE WHEN $5 THEN t.item END AS item";
const NARROWED: &str = "\
t.day BETWEEN $6 AND $7 AND ($8 IS NULL OR t.district_code = $8) AND ($10 IS NULL OR t.item = $10)";

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
