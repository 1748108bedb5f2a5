//! Reports and findings.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as SqlTimestamp;
use uuid::Uuid;

use crate::db::schema::{filing_conditions, findings, report_amendments, reports, tickets};
use crate::db::{Conn, DbError};
use crate::domain::pseudonym::Pseudonyms;
use crate::domain::sync::document::{FindingDoc, ObservationDoc, ReportDoc};

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports, check_for_backend(diesel::pg::Pg))]
struct ReportRow {
    id: Uuid,
    account_id: Uuid,
    round_id: Option<Uuid>,
    point_id: Option<Uuid>,
    note: String,
    clean: bool,
    lat: Option<f64>,
    lon: Option<f64>,
    received_at: SqlTimestamp,
    captured_at: Option<SqlTimestamp>,
    captured_by: Option<String>,
    captured_error_s: Option<i32>,
}

/// Reports; who sent them, by pseudonym, is not for everyone.
pub async fn reports(
    conn: &mut Conn,
    ids: &[Uuid],
    with_inspector: bool,
) -> Result<Vec<(Uuid, ReportDoc)>, DbError> {
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::id.eq_any(ids))
        .select(ReportRow::as_select())
        .load(conn)
        .await?;
    let amendments: HashMap<Uuid, i64> = report_amendments::table
        .filter(report_amendments::report_id.eq_any(ids))
        .group_by(report_amendments::report_id)
        .select((report_amendments::report_id, diesel::dsl::count_star()))
        .load::<(Uuid, i64)>(conn)
        .await?
        .into_iter()
        .collect();
    let mut names = Pseudonyms::default();
    if with_inspector {
        let accounts: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
        names = crate::db::pseudonym::of_accounts(conn, &accounts).await?;
    }
    let mut observations: HashMap<Uuid, Vec<ObservationDoc>> = HashMap::new();
    for (report, observation) in crate::db::observation::of_reports(conn, ids).await? {
        let of_report = observations.entry(report).or_default();
        of_report.push(observation.into());
    }
    let doc = |row: ReportRow| {
        let doc = ReportDoc {
            round: row.round_id,
            observations: observations.remove(&row.id).unwrap_or_default(),
            point: row.point_id,
            note: row.note,
            clean: row.clean,
            lat: row.lat,
            lon: row.lon,
            received_at: row.received_at.to_jiff(),
            captured_at: row.captured_at.map(SqlTimestamp::to_jiff),
            captured_by: row.captured_by,
            captured_error_s: row.captured_error_s,
            amendments: amendments.get(&row.id).copied().unwrap_or(0),
            inspector: names.of(row.account_id, row.round_id).map(|name| name.id),
        };
        (row.id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

/// Findings, each with the ticket made of it.
pub async fn findings(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, FindingDoc)>, DbError> {
    type Row = (
        (Uuid, Uuid, i16, String, String, String),
        (Option<String>, String, bool, bool, Uuid),
    );
    let rows: Vec<Row> = findings::table
        .inner_join(tickets::table)
        .left_join(
            filing_conditions::table
                .on(filing_conditions::id.nullable().eq(findings::condition_id)),
        )
        .filter(findings::id.eq_any(ids))
        .select((
            (
                findings::id,
                findings::report_id,
                findings::ordinal,
                findings::scheme,
                findings::version,
                findings::item,
            ),
            (
                filing_conditions::code.nullable(),
                findings::text,
                findings::danger,
                findings::fixed_on_site,
                tickets::id,
            ),
        ))
        .load(conn)
        .await?;
    let doc = |row: Row| {
        let ((id, report, ordinal, scheme, version, item), rest) = row;
        let (condition, text, danger, fixed_on_site, ticket) = rest;
        let doc = FindingDoc {
            report,
            ordinal,
            scheme,
            version,
            item,
            condition,
            text,
            danger,
            fixed_on_site,
            ticket,
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}
