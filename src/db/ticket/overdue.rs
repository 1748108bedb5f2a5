//! Which tickets were overdue, as of any instant: those whose own row already said so then, and those whose row says something else
//! since (`ticket_spans`). Both parts are read in the order of an index. What makes a ticket overdue is `overdue_after`, in SQL as in the
//! domain.

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::list::DueKey;
use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::calendar::Due;
use crate::domain::catalogue::ItemKey;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::overdue::DueTicket;
use crate::domain::ticket::{DistrictName, LeadUnit};

/// Which of them to list.
#[derive(Debug, Clone, Default)]
pub struct OverdueFilter {
    /// In this district.
    pub district: Option<String>,
    /// Led by one of these units.
    pub units: Option<Vec<Uuid>>,
    /// Of this item.
    pub item: Option<String>,
    /// Supervised at this level.
    pub level: Option<u32>,
    /// Where this person was the sponsor (包保领导) when they were dispatched.
    pub sponsor: Option<String>,
}

/// The instants of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// What was known then…
    pub known_at: Timestamp,
    /// …of what is overdue then: the same instant, or in a forecast a later one.
    pub overdue_at: Timestamp,
}

#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    number: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    scheme: String,
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Nullable<Text>)]
    district_code: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    district_name: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    lead_unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    lead_unit_name: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    cooperating: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    dispatched_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Timestamptz)]
    due_at: SqlTimestamp,
    #[diesel(sql_type = Bool)]
    due_provisional: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    photos_due_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Integer)]
    supervision_level: i32,
}

impl TryFrom<Row> for DueTicket {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let state = row.state.parse::<State>();
        Ok(Self {
            id: row.id,
            number: row.number,
            state: state.map_err(|error| DbError::DeserializationError(error.into()))?,
            item: ItemKey {
                scheme: row.scheme,
                version: row.version,
                code: row.item,
            },
            text: row.text,
            district: row
                .district_code
                .zip(row.district_name)
                .map(|(code, name)| DistrictName { code, name }),
            lead: row
                .lead_unit_id
                .zip(row.lead_unit_name)
                .map(|(id, name)| LeadUnit { id, name }),
            cooperating: row.cooperating,
            dispatched_at: row.dispatched_at.map(SqlTimestamp::to_jiff),
            due: Due {
                at: row.due_at.to_jiff(),
                provisional: row.due_provisional,
            },
            submitted_at: row.submitted_at.map(SqlTimestamp::to_jiff),
            photos_due_at: row.photos_due_at.map(SqlTimestamp::to_jiff),
            supervision_level: u32::try_from(row.supervision_level).unwrap_or(0),
        })
    }
}

/// At most `limit` of the tickets that were overdue, after a key, longest overdue first.
pub async fn page(
    conn: &mut Conn,
    as_of: AsOf,
    filter: &OverdueFilter,
    after: Option<DueKey>,
    limit: i64,
) -> Result<Vec<DueTicket>, DbError> {
    let level = filter.level.map(|it| i32::try_from(it).unwrap_or(i32::MAX));
    let rows: Vec<Row> = cached(overdue(as_of))
        .bind::<Timestamptz, _>(as_of.overdue_at.to_diesel())
        .bind::<Timestamptz, _>(as_of.known_at.to_diesel())
        .bind::<Nullable<Timestamptz>, _>(after.map(|(due_at, _)| due_at.to_diesel()))
        .bind::<SqlUuid, _>(after.map_or(Uuid::nil(), |(_, id)| id))
        .bind::<Nullable<Text>, _>(filter.district.as_deref())
        .bind::<Nullable<Array<SqlUuid>>, _>(filter.units.as_deref())
        .bind::<Nullable<Text>, _>(filter.item.as_deref())
        .bind::<Nullable<Integer>, _>(level)
        .bind::<Nullable<Text>, _>(filter.sponsor.as_deref())
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    rows.into_iter().map(DueTicket::try_from).collect()
}

/// The end of "soon" for each unit that may lead: deadlines before it.
pub type SoonBefore = (Uuid, Timestamp);

/// At most `limit` of the tickets whose clock runs, after a key, that are due from `now` on and soon, soonest first.
pub async fn due_soon(
    conn: &mut Conn,
    now: Timestamp,
    soon: &[SoonBefore],
    filter: &OverdueFilter,
    after: Option<DueKey>,
    limit: i64,
) -> Result<Vec<DueTicket>, DbError> {
    let (units, ends): (Vec<Uuid>, Vec<_>) = soon
        .iter()
        .map(|(unit, before)| (*unit, before.to_diesel()))
        .unzip();
    let rows: Vec<Row> = cached(completed(&format!(
        "SELECT x.id, {COLUMNS}, x.number, x.text FROM tickets x \
           JOIN unnest($7, $8) AS soon (unit_id, before) ON soon.unit_id = x.lead_unit_id AND x.due_at < soon.before \
          WHERE x.state IN ('dispatched', 'rectifying') \
            AND overdue_after(x.state, x.due_at, x.submitted_at, x.photos_due_at) IS NOT NULL \
            AND x.due_at >= $2 AND x.due_at < $1 AND (x.due_at, x.id) > (coalesce($3, '-infinity'), $4) \
            AND ($5 IS NULL OR x.district_code = $5) AND ($6 IS NULL OR x.item = $6) \
          ORDER BY x.due_at, x.id LIMIT $9"
    )))
    .bind::<Timestamptz, _>(ends.iter().copied().max().unwrap_or(now.to_diesel()))
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Nullable<Timestamptz>, _>(after.map(|(due_at, _)| due_at.to_diesel()))
    .bind::<SqlUuid, _>(after.map_or(Uuid::nil(), |(_, id)| id))
    .bind::<Nullable<Text>, _>(filter.district.as_deref())
    .bind::<Nullable<Text>, _>(filter.item.as_deref())
    .bind::<Array<SqlUuid>, _>(units)
    .bind::<Array<Timestamptz>, _>(ends)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    rows.into_iter().map(DueTicket::try_from).collect()
}

/// A forecast asks what is or was a moment ago, the list of a past instant for what was overdue then: each has its index. That a span reached
/// beyond the instant is said once more, because the few that end after a moment ago are found by their ends.
fn overdue(as_of: AsOf) -> String {
    let present = part(
        "tickets",
        "x.id",
        ", x.number, x.text",
        "x.routing #>> '{polygon,code}'",
        "overdue_after(x.state, x.due_at, x.submitted_at, x.photos_due_at) < $1 AND coalesce(x.known_since, x.created_at) <= $2",
    );
    let then = if as_of.known_at == as_of.overdue_at {
        "x.until > $1 AND x.overdue @> $1"
    } else {
        "x.until > $2 AND x.since <= $2 AND overdue_after(x.state, x.due_at, x.submitted_at, x.photos_due_at) < $1"
    };
    let past = part("ticket_spans", "x.ticket_id", "", "x.zone_code", then);
    completed(&format!(
        "(SELECT x.*, t.number, t.text FROM ({past}) x JOIN tickets t ON t.id = x.id) UNION ALL ({present}) ORDER BY due_at, id LIMIT $10"
    ))
}

/// With what stands beside the rows, as it was at `$2`.
fn completed(rows: &str) -> String {
    format!(
        "SELECT x.*, (\
           SELECT coalesce(array_agg(a.unit_name ORDER BY a.unit_name), '{{}}') FROM ticket_assignments a \
            WHERE a.ticket_id = x.id AND a.role = 'cooperating' AND a.since <= $2 AND (a.until IS NULL OR a.until > $2)) AS cooperating \
           FROM ({rows}) x ORDER BY x.due_at, x.id"
    )
}

const COLUMNS: &str = "\
x.state, x.scheme, x.version, x.item, x.district_code, x.district_name, x.lead_unit_id, x.lead_unit_name, x.dispatched_at, x.due_at, \
x.due_provisional, x.submitted_at, x.photos_due_at, x.supervision_level";

fn part(table: &str, id: &str, further: &str, zone: &str, then: &str) -> String {
    format!(
        "SELECT {id} AS id, {COLUMNS}{further} \
           FROM {table} x \
          WHERE {then} AND x.due_at < $1 AND (x.due_at, {id}) > (coalesce($3, '-infinity'), $4) \
            AND ($5 IS NULL OR x.district_code = $5) AND ($6 IS NULL OR x.lead_unit_id = ANY ($6)) \
            AND ($7 IS NULL OR x.item = $7) AND ($8 IS NULL OR x.supervision_level = $8) \
            AND ($9 IS NULL OR EXISTS (\
                  SELECT FROM duties d LEFT JOIN units led ON led.id = x.lead_unit_id \
                   WHERE d.kind = 'sponsor' AND d.person = $9 \
                     AND d.valid_from <= x.dispatched_at AND (d.valid_until IS NULL OR d.valid_until > x.dispatched_at) \
                     AND (d.point_id = x.point_id OR d.unit_id = ANY (led.lineage) OR d.area_code = x.district_code \
                          OR d.area_code = {zone}))) \
          ORDER BY x.due_at, {id} LIMIT $10"
    )
}
