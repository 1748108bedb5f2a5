//! Observations (测评记录): what reports say of criteria, and what was counted of them.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use uuid::Uuid;

use super::cached::{cached, insert_all};
use super::schema::{criteria, observations};
use super::{Conn, DbError};
use crate::domain::criterion::{Measure, Observation};
use crate::domain::score::{ScoreFilter, Tally};

#[derive(Serialize)]
struct Row<'a> {
    report_id: Uuid,
    criterion_id: Uuid,
    ordinal: i16,
    verdict: &'static str,
    exclusion: Option<&'a str>,
    amount: Option<u32>,
    out_of: Option<u32>,
    finding_id: Option<Uuid>,
}

/// Writes what reports say, after their findings.
pub async fn insert(
    conn: &Conn,
    said: impl IntoIterator<Item = (Uuid, &[Observation])>,
) -> Result<(), DbError> {
    let rows = said.into_iter().flat_map(|(report_id, observations)| {
        (0..).zip(observations).map(move |(ordinal, it)| Row {
            report_id,
            criterion_id: it.criterion_id,
            ordinal,
            verdict: it.verdict.as_str(),
            exclusion: it.exclusion.as_deref(),
            amount: it.measure.map(|measure| measure.amount),
            out_of: it.measure.and_then(|measure| measure.out_of),
            finding_id: it.finding_id,
        })
    });
    insert_all(conn, "observations", &rows.collect::<Vec<_>>()).await
}

type Read = (
    Uuid,
    Uuid,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<Uuid>,
);

/// What these reports say, each with its report, in the order of the reports.
pub async fn of_reports(
    conn: &mut Conn,
    reports: &[Uuid],
) -> Result<Vec<(Uuid, Observation)>, DbError> {
    let rows: Vec<Read> = observations::table
        .inner_join(criteria::table)
        .filter(observations::report_id.eq_any(reports))
        .order((observations::report_id, observations::ordinal))
        .select((
            observations::report_id,
            observations::criterion_id,
            criteria::code,
            observations::verdict,
            observations::exclusion,
            observations::amount,
            observations::out_of,
            observations::finding_id,
        ))
        .load(conn)
        .await?;
    rows.into_iter().map(read).collect()
}

fn read(row: Read) -> Result<(Uuid, Observation), DbError> {
    let (report_id, criterion_id, criterion, verdict, exclusion, amount, out_of, finding_id) = row;
    let unsigned = |figure: i64| {
        u32::try_from(figure).map_err(|error| DbError::DeserializationError(error.into()))
    };
    let out_of = out_of.map(unsigned).transpose()?;
    let amount = amount.map(unsigned).transpose()?;
    let observation = Observation {
        criterion_id,
        criterion,
        verdict: verdict.parse().map_err(
            |error: crate::domain::ticket::command::UnknownWord| {
                DbError::DeserializationError(error.into())
            },
        )?,
        exclusion,
        measure: amount.map(|amount| Measure { amount, out_of }),
        finding_id,
    };
    Ok((report_id, observation))
}

/// What was counted at a point in a round.
#[derive(Debug, Clone)]
pub struct AtPoint {
    /// The round; none outside a round.
    pub round_id: Option<Uuid>,
    /// The check point.
    pub point_id: Uuid,
    /// Its kind.
    pub kind: String,
    /// The district that it lay in when it was drawn.
    pub district: Option<String>,
    /// What was counted.
    pub tally: Tally,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    round_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    point_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    district: Option<String>,
    #[diesel(sql_type = Array<SqlUuid>)]
    criteria: Vec<Uuid>,
    #[diesel(sql_type = BigInt)]
    met: i64,
    #[diesel(sql_type = BigInt)]
    not_met: i64,
    #[diesel(sql_type = BigInt)]
    excluded: i64,
}

const COUNTS: &str = "\
SELECT r.round_id, r.point_id, coalesce(drawn.kind, p.kind) AS kind, drawn.district, array_agg(DISTINCT o.criterion_id) AS criteria, \
       count(*) FILTER (WHERE o.verdict = 'met') AS met, count(*) FILTER (WHERE o.verdict = 'not_met') AS not_met, \
       count(*) FILTER (WHERE o.verdict = 'excluded') AS excluded \
  FROM observations o JOIN reports r ON r.id = o.report_id JOIN check_points p ON p.id = r.point_id \
  JOIN criteria c ON c.id = o.criterion_id \
  LEFT JOIN round_points drawn ON drawn.round_id = r.round_id AND drawn.point_id = r.point_id \
 WHERE ($1 IS NULL OR r.round_id = $1) AND ($2 IS NULL OR coalesce(drawn.kind, p.kind) = $2) AND ($3 IS NULL OR c.version = $3) \
 GROUP BY r.round_id, r.point_id, coalesce(drawn.kind, p.kind), drawn.district";

/// Observations counted by round and point; the district is the caller's to narrow.
pub async fn counts(conn: &mut Conn, filter: &ScoreFilter) -> Result<Vec<AtPoint>, DbError> {
    let rows: Vec<CountRow> = cached(COUNTS)
        .bind::<Nullable<SqlUuid>, _>(filter.round_id)
        .bind::<Nullable<Text>, _>(filter.kind.as_deref())
        .bind::<Nullable<Text>, _>(filter.version.as_deref())
        .load(conn)
        .await?;
    let counted = |number: i64| u64::try_from(number).unwrap_or_default();
    let at_point = |row: CountRow| AtPoint {
        round_id: row.round_id,
        point_id: row.point_id,
        kind: row.kind,
        district: row.district,
        tally: Tally {
            points: [row.point_id].into(),
            criteria: row.criteria.into_iter().collect(),
            met: counted(row.met),
            not_met: counted(row.not_met),
            excluded: counted(row.excluded),
        },
    };
    Ok(rows.into_iter().map(at_point).collect())
}
