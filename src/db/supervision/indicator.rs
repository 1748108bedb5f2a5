//! Counting indicators as of an instant: one scan for all of them, and the tickets behind each by the very same conditions.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde_json::Value;
use uuid::Uuid;

use crate::db::cached::{Cached, cached};
use crate::db::{Conn, DbError};
use crate::domain::supervision::fraction::Fraction;
use crate::domain::supervision::indicator::Indicator;

/// Of which tickets, and when.
#[derive(Debug, Clone)]
pub struct Cohort {
    /// Begin of the period.
    pub from: Timestamp,
    /// Its end, the first instant after it.
    pub until: Timestamp,
    /// As known at this instant.
    pub as_of: Timestamp,
    /// Whether appeals that were granted later count as if they had been granted by then: for errata.
    pub later_appeals: bool,
    /// Led by one of these units.
    pub units: Option<Vec<Uuid>>,
    /// In this district.
    pub district: Option<String>,
    /// Of this item.
    pub item: Option<String>,
    /// Found in this round.
    pub round: Option<Uuid>,
}

/// What rows are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// One row for all.
    City,
    /// Each unit, with what the units below it lead.
    Unit,
    /// Kind of the lead unit.
    UnitType,
    /// District.
    District,
    /// Round; none is what no round found.
    Round,
    /// Item.
    Item,
}

impl By {
    fn key(self) -> &'static str {
        match self {
            Self::City => "''",
            Self::Unit => "above.id::text",
            Self::UnitType => "a.kind",
            Self::District => "a.district_code",
            Self::Round => "a.round_id::text",
            Self::Item => "a.item",
        }
    }
}

/// `$1` to `$8`: as of, from, until, later appeals, units, district, item, round.
fn bind<'a>(cohort: &'a Cohort, query: Cached<'a>) -> Cached<'a> {
    query
        .bind::<Timestamptz, _>(cohort.as_of.to_diesel())
        .bind::<Timestamptz, _>(cohort.from.to_diesel())
        .bind::<Timestamptz, _>(cohort.until.to_diesel())
        .bind::<Bool, _>(cohort.later_appeals)
        .bind::<Nullable<Array<SqlUuid>>, _>(&cohort.units)
        .bind::<Nullable<Text>, _>(&cohort.district)
        .bind::<Nullable<Text>, _>(&cohort.item)
        .bind::<Nullable<SqlUuid>, _>(cohort.round)
}

/// Every ticket as it was known at the instant, with what the conditions ask of it. `filed_at` is when it was filed, if it was by then.
const FACTS: &str = "\
WITH looks AS MATERIALIZED (\
  SELECT ticket_id, seq, at, command, coalesce(data #>> '{command,result}', data ->> 'result') AS result FROM ticket_events \
   WHERE command IN ('recheck', 'lookback') AND at <= $1), \
rechecks AS (SELECT * FROM looks WHERE command = 'recheck' AND result IN ('pass', 'fail')), \
first_recheck AS MATERIALIZED (SELECT DISTINCT ON (ticket_id) ticket_id, at, result FROM rechecks ORDER BY ticket_id, seq), \
last_recheck AS MATERIALIZED (SELECT DISTINCT ON (ticket_id) ticket_id, result FROM rechecks WHERE at >= $2 AND at < $3 ORDER BY ticket_id, seq DESC), \
last_lookback AS MATERIALIZED (SELECT DISTINCT ON (ticket_id) ticket_id, result FROM looks \
   WHERE command = 'lookback' AND result IN ('pass', 'fail') AND at >= $2 AND at < $3 ORDER BY ticket_id, seq DESC), \
recurred AS MATERIALIZED (SELECT DISTINCT recurrence_of AS ticket_id FROM tickets WHERE recurrence_of IS NOT NULL AND number IS NOT NULL AND listed_at <= $1), \
a AS (\
  SELECT s.*, t.number, t.created_at, t.text, u.kind, u.lineage, r.round_id, \
         CASE WHEN s.dispatched_at IS NOT NULL THEN t.listed_at END AS filed_at, \
         fr.at AS first_recheck_at, fr.result AS first_result, lr.result AS last_result, lb.result AS lookback_result, rc.ticket_id IS NOT NULL AS recurred, \
         s.due_at >= $2 AND s.due_at < $3 AND s.state IN ('dispatched', 'rectifying', 'awaiting_recheck', 'closed') \
           AND NOT s.exempt AND NOT ($4 AND t.exempt) AS is_due, \
         s.state = 'closed' AND s.closed_at >= $2 AND s.closed_at < $3 AS closed_then \
    FROM tickets_at($1) s JOIN tickets t ON t.id = s.ticket_id \
    LEFT JOIN units u ON u.id = s.lead_unit_id \
    LEFT JOIN findings f ON f.id = t.finding_id LEFT JOIN reports r ON r.id = f.report_id \
    LEFT JOIN first_recheck fr ON fr.ticket_id = s.ticket_id LEFT JOIN last_recheck lr ON lr.ticket_id = s.ticket_id \
    LEFT JOIN last_lookback lb ON lb.ticket_id = s.ticket_id \
    LEFT JOIN recurred rc ON rc.ticket_id = s.ticket_id \
   WHERE ($5::uuid[] IS NULL OR s.lead_unit_id = ANY ($5)) AND ($6::text IS NULL OR s.district_code = $6) \
     AND ($7::text IS NULL OR s.item = $7) AND ($8::uuid IS NULL OR r.round_id = $8)) ";

/// Of what an indicator counts, and which of them count.
fn conditions(indicator: Indicator) -> (&'static str, &'static str) {
    match indicator {
        Indicator::Filing => (
            "a.created_at >= $2 AND a.created_at < $3 AND (a.filed_at IS NOT NULL OR a.state = 'rejected')",
            "a.filed_at IS NOT NULL",
        ),
        Indicator::Closure => ("a.is_due", "a.state = 'closed'"),
        Indicator::OnTime => (
            "a.is_due",
            "a.state = 'closed' AND coalesce(a.submitted_at, a.closed_at) <= a.due_at",
        ),
        Indicator::Rework => ("a.closed_then", "a.rework_round > 0"),
        Indicator::Extension => ("a.is_due", "a.extensions > 0"),
        Indicator::Return => ("a.filed_at >= $2 AND a.filed_at < $3", "a.return_count > 0"),
        Indicator::Recurrence => ("a.closed_then", "a.recurred"),
        Indicator::FirstRecheckPass => (
            "a.first_recheck_at >= $2 AND a.first_recheck_at < $3",
            "a.first_result = 'pass'",
        ),
        Indicator::RecheckPass => ("a.last_result IS NOT NULL", "a.last_result = 'pass'"),
        Indicator::LookbackPass => (
            "a.lookback_result IS NOT NULL",
            "a.lookback_result = 'pass'",
        ),
    }
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = Jsonb)]
    counts: Value,
}

/// Figures by key, in the order of [`Indicator::ALL`].
pub async fn count(
    conn: &mut Conn,
    cohort: &Cohort,
    by: By,
) -> Result<Vec<(Option<String>, Vec<Fraction>)>, DbError> {
    let counts = Indicator::ALL.map(|indicator| {
        let (of, counted) = conditions(indicator);
        format!("count(*) FILTER (WHERE {of}), count(*) FILTER (WHERE {of} AND {counted})")
    });
    let (key, counts) = (by.key(), counts.join(", "));
    let above = match by {
        By::Unit => "JOIN units above ON above.id = ANY (a.lineage)",
        _ => "",
    };
    // The city has its row even where there is nothing to count.
    let grouped = match by {
        By::City => "",
        _ => "GROUP BY 1 ORDER BY 1",
    };
    let sql = format!(
        "{FACTS} SELECT {key} AS key, jsonb_build_array({counts}) AS counts FROM a {above} {grouped}"
    );
    let rows: Vec<CountRow> = bind(cohort, cached(sql)).load(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.key, fractions(&row.counts)))
        .collect())
}

fn fractions(counts: &Value) -> Vec<Fraction> {
    let counts: Vec<u64> = counts
        .as_array()
        .map(|counts| counts.iter().filter_map(Value::as_u64).collect())
        .unwrap_or_default();
    let pairs = counts.chunks_exact(2);
    pairs
        .filter_map(|pair| match *pair {
            [denominator, numerator] => Some(Fraction {
                numerator,
                denominator,
            }),
            _ => None,
        })
        .collect()
}

/// Which part of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What counts.
    Numerator,
    /// All that it is of.
    Denominator,
    /// What does not count.
    Rest,
}

/// A ticket behind a figure, as it was known at the instant.
#[derive(Debug, Clone)]
pub struct Behind {
    /// The ticket.
    pub id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// State then.
    pub state: String,
    /// Code of the item.
    pub item: String,
    /// Description.
    pub text: String,
    /// District.
    pub district: Option<String>,
    /// Lead unit then.
    pub lead_unit: Option<String>,
    /// Deadline then.
    pub due_at: Option<Timestamp>,
    /// When it had been submitted.
    pub submitted_at: Option<Timestamp>,
    /// When it had been closed.
    pub closed_at: Option<Timestamp>,
    /// Whether it is in the numerator.
    pub counted: bool,
}

#[derive(QueryableByName)]
struct BehindRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    number: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Nullable<Text>)]
    district: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    lead_unit: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Bool)]
    counted: bool,
}

impl From<BehindRow> for Behind {
    fn from(row: BehindRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            state: row.state,
            item: row.item,
            text: row.text,
            district: row.district,
            lead_unit: row.lead_unit,
            due_at: row.due_at.map(SqlTimestamp::to_jiff),
            submitted_at: row.submitted_at.map(SqlTimestamp::to_jiff),
            closed_at: row.closed_at.map(SqlTimestamp::to_jiff),
            counted: row.counted,
        }
    }
}

/// At most `limit` tickets behind a figure after an id, by id.
pub async fn behind(
    conn: &mut Conn,
    cohort: &Cohort,
    indicator: Indicator,
    part: Part,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Behind>, DbError> {
    let (of, counted) = conditions(indicator);
    let part = match part {
        Part::Numerator => format!("({of}) AND ({counted})"),
        Part::Denominator => format!("({of})"),
        Part::Rest => format!("({of}) AND NOT coalesce({counted}, false)"),
    };
    let sql = format!(
        "{FACTS} SELECT a.ticket_id AS id, a.number, a.state, a.item, a.text, a.district_code AS district, a.lead_unit_name AS lead_unit, \
                a.due_at, a.submitted_at, a.closed_at, coalesce({counted}, false) AS counted \
           FROM a WHERE {part} AND ($9::uuid IS NULL OR a.ticket_id > $9) ORDER BY a.ticket_id LIMIT $10"
    );
    let rows: Vec<BehindRow> = bind(cohort, cached(sql))
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Behind::from).collect())
}
