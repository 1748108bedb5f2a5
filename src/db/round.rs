//! Rounds, what they were drawn from, and what came of them.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde_json::Value;
use uuid::Uuid;

use super::cached::cached;
use super::schema::{round_points, rounds};
use super::{Conn, DbError};
use crate::domain::draw::Seed;
use crate::domain::round::{
    Candidate, Quota, Round, RoundPlan, RoundPoint, RoundStanding, StratumCoverage, Visitor,
};

/// Where a page goes on: start and id of the last round before.
pub type Place = (Timestamp, Uuid);

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rounds, treat_none_as_null = true, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    name: String,
    mode: String,
    purpose: String,
    starts_at: SqlTimestamp,
    ends_at: SqlTimestamp,
    release_at: Option<SqlTimestamp>,
    coverage: String,
    quotas: Value,
    state: String,
    seed: Option<String>,
    created_by: Uuid,
    created_at: SqlTimestamp,
    drawn_at: Option<SqlTimestamp>,
    released_at: Option<SqlTimestamp>,
}

impl TryFrom<&Round> for Row {
    type Error = DbError;

    fn try_from(round: &Round) -> Result<Self, DbError> {
        let plan = &round.plan;
        let unwritable = |error: serde_json::Error| DbError::SerializationError(error.into());
        let instant = |at: Option<Timestamp>| at.map(|at| at.to_diesel());
        Ok(Self {
            id: round.id,
            name: plan.name.clone(),
            mode: plan.mode.as_str().to_owned(),
            purpose: plan.purpose.clone(),
            starts_at: plan.starts_at.to_diesel(),
            ends_at: plan.ends_at.to_diesel(),
            release_at: instant(plan.release_at),
            coverage: plan.coverage.as_str().to_owned(),
            quotas: serde_json::to_value(&plan.quotas).map_err(unwritable)?,
            state: round.state.as_str().to_owned(),
            seed: round.seed.map(|seed| seed.to_string()),
            created_by: round.created_by,
            created_at: round.created_at.to_diesel(),
            drawn_at: instant(round.drawn_at),
            released_at: instant(round.released_at),
        })
    }
}

/// What the database holds is not what it was given.
fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> DbError {
    DbError::DeserializationError(error.into())
}

impl TryFrom<Row> for Round {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let seed = row.seed.map(|seed| seed.parse::<Seed>());
        let instant = |at: Option<SqlTimestamp>| at.map(SqlTimestamp::to_jiff);
        let quotas: Vec<Quota> = serde_json::from_value(row.quotas).map_err(unreadable)?;
        Ok(Self {
            id: row.id,
            plan: RoundPlan {
                name: row.name,
                mode: row.mode.parse().map_err(unreadable)?,
                purpose: row.purpose,
                starts_at: row.starts_at.to_jiff(),
                ends_at: row.ends_at.to_jiff(),
                release_at: instant(row.release_at),
                coverage: row.coverage.parse().map_err(unreadable)?,
                quotas,
            },
            state: row.state.parse().map_err(unreadable)?,
            seed: seed.transpose().map_err(unreadable)?,
            created_by: row.created_by,
            created_at: row.created_at.to_jiff(),
            drawn_at: instant(row.drawn_at),
            released_at: instant(row.released_at),
        })
    }
}

/// Writes a new round.
pub async fn insert(conn: &mut Conn, round: &Round) -> Result<(), DbError> {
    diesel::insert_into(rounds::table)
        .values(Row::try_from(round)?)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Writes a round back. The caller holds its lock.
pub async fn update(conn: &mut Conn, round: &Round) -> Result<(), DbError> {
    diesel::update(rounds::table.find(round.id))
        .set(Row::try_from(round)?)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Removes a round that nothing hangs on.
pub async fn delete(conn: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(rounds::table.find(id))
        .execute(conn)
        .await
        .map(|_| ())
}

/// The round.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Round>, DbError> {
    let row: Option<Row> = rounds::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Round::try_from).transpose()
}

/// Rounds by id.
pub async fn with_ids(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, Round)>, DbError> {
    let rows: Vec<Row> = rounds::table
        .filter(rounds::id.eq_any(ids))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.id, Round::try_from(row)?)))
        .collect()
}

/// The round, locked until the transaction ends: no report of it is stored meanwhile.
pub async fn lock(conn: &mut Conn, id: Uuid) -> Result<Option<Round>, DbError> {
    let row: Option<Row> = rounds::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Round::try_from).transpose()
}

/// Rounds behind a place, those first that start last.
pub async fn page(
    conn: &mut Conn,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Round>, DbError> {
    let mut query = rounds::table
        .order((rounds::starts_at.desc(), rounds::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        let earlier = rounds::starts_at.lt(at);
        query = query.filter(earlier.or(rounds::starts_at.eq(at).and(rounds::id.lt(id))));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    rows.into_iter().map(Round::try_from).collect()
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    mode: String,
    #[diesel(sql_type = Text)]
    state: String,
}

/// Those of these rounds that an inspector knows of, as they stand until the transaction ends.
pub async fn hold_known_to(
    conn: &mut Conn,
    ids: &[Uuid],
    account_id: Uuid,
) -> Result<Vec<RoundStanding>, DbError> {
    let rows: Vec<StandingRow> = cached(
        "SELECT r.id, r.mode, r.state FROM rounds r \
          WHERE r.id = ANY ($1) AND EXISTS (SELECT FROM tasks k WHERE k.round_id = r.id AND k.account_id = $2) \
          ORDER BY r.id FOR SHARE OF r",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<SqlUuid, _>(account_id)
    .load(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RoundStanding {
                id: row.id,
                mode: row.mode.parse().map_err(unreadable)?,
                state: row.state.parse().map_err(unreadable)?,
            })
        })
        .collect()
}

/// Points that were drawn for the round that was drawn last.
pub async fn drawn_last(conn: &mut Conn) -> Result<Vec<Uuid>, DbError> {
    ids(
        cached(
            "SELECT point_id AS id FROM round_points WHERE place IS NOT NULL \
                AND round_id = (SELECT id FROM rounds WHERE drawn_at IS NOT NULL ORDER BY drawn_at DESC, id LIMIT 1)",
        ),
        conn,
    )
    .await
}

/// Points that a report was made of since an instant.
pub async fn visited_since(conn: &mut Conn, since: Timestamp) -> Result<Vec<Uuid>, DbError> {
    let query = cached(
        "SELECT DISTINCT point_id AS id FROM reports WHERE point_id IS NOT NULL AND received_at >= $1",
    )
    .bind::<Timestamptz, _>(since.to_diesel());
    ids(query, conn).await
}

/// Tickets of a round that are sealed, locked until the transaction ends.
pub async fn lock_sealed(
    conn: &mut Conn,
    round_id: Uuid,
    sealed: &str,
) -> Result<Vec<Uuid>, DbError> {
    let query = cached(
        "SELECT t.id FROM tickets t JOIN findings f ON f.id = t.finding_id JOIN reports r ON r.id = f.report_id \
          WHERE r.round_id = $1 AND $2 = ANY (t.triage_reasons) ORDER BY t.id FOR UPDATE OF t",
    )
    .bind::<SqlUuid, _>(round_id)
    .bind::<Text, _>(sealed);
    ids(query, conn).await
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

async fn ids(query: super::cached::Cached<'_>, conn: &mut Conn) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<IdRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct VisitorRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Array<SqlUuid>)]
    lineage: Vec<Uuid>,
}

/// Every inspector in service.
pub async fn visitors(conn: &mut Conn) -> Result<Vec<Visitor>, DbError> {
    let rows: Vec<VisitorRow> = cached(
        "SELECT i.id, coalesce(u.lineage, '{}') AS lineage FROM accounts i LEFT JOIN units u ON u.id = i.unit_id \
          WHERE i.role = 'inspector' AND i.active ORDER BY i.id",
    )
    .load(conn)
    .await?;
    let visitor = |row: VisitorRow| Visitor {
        account_id: row.id,
        lineage: row.lineage,
    };
    Ok(rows.into_iter().map(visitor).collect())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = round_points, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct PointRow {
    round_id: Uuid,
    point_id: Uuid,
    kind: String,
    district: Option<String>,
    place: Option<i32>,
    account_id: Option<Uuid>,
}

/// Rows to a statement: PostgreSQL takes 65,535 parameters.
const CHUNK: usize = 5_000;

/// Writes what a draw was made of and what came out.
pub async fn insert_points(
    conn: &mut Conn,
    round_id: Uuid,
    points: &[RoundPoint],
) -> Result<(), DbError> {
    for chunk in points.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(|point| PointRow {
            round_id,
            point_id: point.candidate.point_id,
            kind: point.candidate.kind,
            district: point.candidate.district,
            place: point.place,
            account_id: point.account_id,
        });
        let rows: Vec<PointRow> = rows.collect();
        diesel::insert_into(round_points::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// What a draw was made of, those drawn first in their order.
pub async fn points(conn: &mut Conn, round_id: Uuid) -> Result<Vec<RoundPoint>, DbError> {
    let rows: Vec<PointRow> = round_points::table
        .filter(round_points::round_id.eq(round_id))
        .order((round_points::place, round_points::point_id))
        .select(PointRow::as_select())
        .load(conn)
        .await?;
    let point = |row: PointRow| RoundPoint {
        candidate: Candidate {
            point_id: row.point_id,
            kind: row.kind,
            district: row.district,
        },
        place: row.place,
        account_id: row.account_id,
    };
    Ok(rows.into_iter().map(point).collect())
}

#[derive(QueryableByName)]
struct CoverageRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    district: Option<String>,
    #[diesel(sql_type = BigInt)]
    drawn: i64,
    #[diesel(sql_type = BigInt)]
    visited: i64,
    #[diesel(sql_type = BigInt)]
    clean: i64,
    #[diesel(sql_type = BigInt)]
    unable: i64,
    #[diesel(sql_type = BigInt)]
    unassigned: i64,
    #[diesel(sql_type = BigInt)]
    findings: i64,
}

const COVERAGE: &str = "\
SELECT p.kind, p.district, count(*) AS drawn, count(v.clean) AS visited, count(*) FILTER (WHERE v.clean) AS clean, \
       count(*) FILTER (WHERE v.clean IS NULL AND EXISTS (SELECT FROM tasks k WHERE k.round_id = p.round_id AND k.point_id = p.point_id \
                                                             AND k.result = 'unable')) AS unable, \
       count(*) FILTER (WHERE p.account_id IS NULL) AS unassigned, coalesce(sum(v.findings), 0)::bigint AS findings \
  FROM round_points p CROSS JOIN LATERAL ( \
       SELECT bool_and(r.clean) AS clean, count(f.id) AS findings FROM reports r LEFT JOIN findings f ON f.report_id = r.id \
        WHERE r.round_id = p.round_id AND r.point_id = p.point_id) AS v \
 WHERE p.round_id = $1 AND p.place IS NOT NULL GROUP BY p.kind, p.district ORDER BY p.kind, p.district";

/// How far a round has come, by kind and district.
pub async fn coverage(conn: &mut Conn, round_id: Uuid) -> Result<Vec<StratumCoverage>, DbError> {
    let rows: Vec<CoverageRow> = cached(COVERAGE)
        .bind::<SqlUuid, _>(round_id)
        .load(conn)
        .await?;
    let stratum = |row: CoverageRow| StratumCoverage {
        kind: row.kind,
        district: row.district,
        drawn: row.drawn,
        visited: row.visited,
        clean: row.clean,
        unable: row.unable,
        unassigned: row.unassigned,
        findings: row.findings,
    };
    Ok(rows.into_iter().map(stratum).collect())
}
