//! The ledger: filed tickets by number, each with what stands beside it, in one query.

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};

use super::overdue::Row as DueRow;
use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::geo::Point;
use crate::domain::report::Source;
use crate::domain::text::Text as Words;
use crate::domain::ticket::ledger::{LedgerFilter, LedgerLine, LedgerPoint};

#[derive(QueryableByName)]
struct Row {
    #[diesel(embed)]
    due: DueRow,
    #[diesel(sql_type = Nullable<Text>)]
    round_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    source: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    listed_at: SqlTimestamp,
    #[diesel(sql_type = Timestamptz)]
    found_at: SqlTimestamp,
    #[diesel(sql_type = Nullable<Text>)]
    point_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    point_kind_zh: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    point_kind_en: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    point_address: Option<String>,
    #[diesel(sql_type = Nullable<Double>)]
    lat: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    lon: Option<f64>,
    #[diesel(sql_type = BigInt)]
    before_photos: i64,
    #[diesel(sql_type = BigInt)]
    after_photos: i64,
    #[diesel(sql_type = Array<Text>)]
    sponsors: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    point_chiefs: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    measure: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    recheck: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Integer)]
    extensions: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    suspended_until: Option<SqlTimestamp>,
    #[diesel(sql_type = Nullable<Text>)]
    earlier_number: Option<String>,
    #[diesel(sql_type = Bool)]
    fixed_on_site: bool,
    #[diesel(sql_type = Bool)]
    forced: bool,
    #[diesel(sql_type = Bool)]
    exempt: bool,
    #[diesel(sql_type = Bool)]
    overdue: bool,
    #[diesel(sql_type = Nullable<Text>)]
    before_thumb: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    after_thumb: Option<String>,
}

impl TryFrom<Row> for LedgerLine {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let kind = row.point_kind_zh.zip(row.point_kind_en);
        let point = row
            .point_name
            .zip(kind)
            .map(|(name, (zh, en))| LedgerPoint {
                name,
                kind: Words::new(zh, en),
                address: row.point_address.unwrap_or_default(),
            });
        let position = row.lat.zip(row.lon).map(|(lat, lon)| Point::new(lat, lon));
        Ok(Self {
            ticket: row.due.try_into()?,
            round: row.round_name,
            source: row
                .source
                .map(|word| word.parse::<Source>())
                .transpose()
                .map_err(|error| DbError::DeserializationError(error.into()))?,
            listed_at: row.listed_at.to_jiff(),
            found_at: row.found_at.to_jiff(),
            point,
            position: position
                .transpose()
                .map_err(|error| DbError::DeserializationError(error.into()))?,
            before_photos: count(row.before_photos),
            after_photos: count(row.after_photos),
            sponsors: row.sponsors,
            point_chiefs: row.point_chiefs,
            measure: row.measure,
            recheck: row.recheck,
            closed_at: row.closed_at.map(SqlTimestamp::to_jiff),
            extensions: count(row.extensions.into()),
            suspended_until: row.suspended_until.map(SqlTimestamp::to_jiff),
            recurrence_of: row.earlier_number,
            fixed_on_site: row.fixed_on_site,
            forced: row.forced,
            exempt: row.exempt,
            overdue: row.overdue,
            before_thumb: row.before_thumb,
            after_thumb: row.after_thumb,
        })
    }
}

/// At most `limit` lines after a number, in the order of numbers.
pub async fn page(
    conn: &mut Conn,
    now: Timestamp,
    filter: &LedgerFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<LedgerLine>, DbError> {
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    let rows: Vec<Row> = cached(format!(
        "WITH lines AS (\
           SELECT t.* FROM tickets t \
            WHERE t.number > $2 AND ($3 IS NULL OR t.district_code = $3) AND ($4 IS NULL OR t.lead_unit_id = ANY ($4)) \
              AND ($5 IS NULL OR t.item = $5) AND (cardinality($6) = 0 OR t.state = ANY ($6)) \
              AND ($7 IS NULL OR EXISTS (SELECT FROM findings f JOIN reports r ON r.id = f.report_id \
                                          WHERE f.id = t.finding_id AND r.round_id = $7)) \
            ORDER BY t.number LIMIT $8) {BESIDE}"
    ))
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Text, _>(after.unwrap_or_default())
    .bind::<Nullable<Text>, _>(filter.district.as_deref())
    .bind::<Nullable<Array<SqlUuid>>, _>(filter.units.as_deref())
    .bind::<Nullable<Text>, _>(filter.item.as_deref())
    .bind::<Array<Text>, _>(states)
    .bind::<Nullable<SqlUuid>, _>(filter.round)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    rows.into_iter().map(LedgerLine::try_from).collect()
}

/// What stands beside a line. Rows that only the office sees (`office_only`) are no matter of the ledger.
const BESIDE: &str = "\
SELECT t.id, t.number, t.state, t.scheme, t.version, t.item, t.text, t.district_code, t.district_name, t.lead_unit_id, t.lead_unit_name, \
       (SELECT coalesce(array_agg(a.unit_name ORDER BY a.unit_name), '{}') FROM ticket_assignments a \
         WHERE a.ticket_id = t.id AND a.role = 'cooperating' AND a.until IS NULL) AS cooperating, \
       t.dispatched_at, coalesce(t.due_at, t.created_at) AS due_at, t.due_provisional, t.submitted_at, t.photos_due_at, t.supervision_level, \
       n.name AS round_name, r.source, t.listed_at, coalesce(r.captured_at, r.received_at, t.created_at) AS found_at, \
       p.name_zh AS point_name, k.name_zh AS point_kind_zh, k.name_en AS point_kind_en, p.address AS point_address, t.lat, t.lon, \
       coalesce(photos.before, 0) AS before_photos, coalesce(photos.after, 0) AS after_photos, \
       coalesce(people.sponsors, '{}') AS sponsors, coalesce(people.chiefs, '{}') AS point_chiefs, \
       (SELECT e.opinion FROM ticket_events e WHERE e.ticket_id = t.id AND e.command = 'submit' ORDER BY e.seq DESC LIMIT 1) AS measure, \
       (SELECT e.data #>> '{command,result}' FROM ticket_events e \
         WHERE e.ticket_id = t.id AND e.command = 'recheck' ORDER BY e.seq DESC LIMIT 1) AS recheck, \
       t.closed_at, t.extensions, t.suspended_until, earlier.number AS earlier_number, t.fixed_on_site, t.forced, t.exempt, \
       coalesce(overdue_after(t.state, t.due_at, t.submitted_at, t.photos_due_at) < $1, false) AS overdue, \
       photos.before_thumb, photos.after_thumb \
  FROM lines t LEFT JOIN findings f ON f.id = t.finding_id LEFT JOIN reports r ON r.id = f.report_id LEFT JOIN rounds n ON n.id = r.round_id \
  LEFT JOIN check_points p ON p.id = t.point_id LEFT JOIN check_point_kinds k ON k.code = p.kind \
  LEFT JOIN tickets earlier ON earlier.id = t.recurrence_of \
  LEFT JOIN units lead ON lead.id = t.lead_unit_id \
  LEFT JOIN LATERAL (\
    SELECT count(*) FILTER (WHERE v.role = 'before') AS before, count(*) FILTER (WHERE v.role = 'after') AS after, \
           (array_agg(a.thumb_key ORDER BY a.created_at, a.id) FILTER (WHERE v.role = 'before' AND a.thumb_key IS NOT NULL))[1] AS before_thumb, \
           (array_agg(a.thumb_key ORDER BY a.created_at DESC, a.id) FILTER (WHERE v.role = 'after' AND a.thumb_key IS NOT NULL))[1] AS after_thumb \
      FROM ticket_photos v JOIN attachments a ON a.id = v.attachment_id WHERE v.ticket_id = t.id AND NOT v.office_only) photos ON true \
  LEFT JOIN LATERAL (\
    SELECT array_agg(d.person ORDER BY d.valid_from, d.id) FILTER (WHERE d.kind = 'sponsor') AS sponsors, \
           array_agg(d.person ORDER BY d.valid_from, d.id) FILTER (WHERE d.kind = 'point_chief') AS chiefs \
      FROM duties d \
     WHERE d.valid_from <= t.dispatched_at AND (d.valid_until IS NULL OR d.valid_until > t.dispatched_at) \
       AND (d.point_id = t.point_id OR d.unit_id = ANY (lead.lineage) OR d.area_code = t.district_code \
            OR d.area_code = t.routing #>> '{polygon,code}')) people ON true \
 ORDER BY t.number";
