//! Reports and their findings: append-only.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::cached::{self, Bytes, instant, instant_or_null};
use super::schema::{
    attachments, findings, report_amendments, report_attachments, reports, tickets,
};
use super::{Conn, DbError};
use crate::domain::catalogue::ItemKey;
use crate::domain::evidence::Sha256Digest;
use crate::domain::geo::Point;
use crate::domain::report::{Finding, NewFinding, NewReport, Report, ReportPhoto, Source};
use crate::domain::ticket::command::UnknownWord;

/// A report that is here already.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who sent it.
    pub account_id: Uuid,
    /// Digest of its content.
    pub canon_sha256: Sha256Digest,
}

/// Who sends, on what, when.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    /// Account.
    pub account_id: Uuid,
    /// Phone.
    pub device_id: Option<Uuid>,
    /// When the server had it.
    pub received_at: Timestamp,
}

#[derive(Insertable, Serialize)]
#[diesel(table_name = reports, treat_none_as_default_value = false)]
struct ReportRow<'a> {
    id: Uuid,
    account_id: Uuid,
    device_id: Option<Uuid>,
    source: &'static str,
    round_id: Option<Uuid>,
    point_id: Option<Uuid>,
    note: &'a str,
    clean: bool,
    raw_lat: Option<f64>,
    raw_lon: Option<f64>,
    datum: Option<&'static str>,
    acc_m: Option<f64>,
    fix_age_ms: Option<i64>,
    mock: bool,
    lat: Option<f64>,
    lon: Option<f64>,
    #[serde(serialize_with = "instant_or_null")]
    captured_at: Option<SqlTimestamp>,
    captured_by: Option<&'static str>,
    captured_error_s: Option<i32>,
    captured: &'a Value,
    raw: &'a Value,
    canon_sha256: Bytes<'a>,
    #[serde(serialize_with = "instant")]
    received_at: SqlTimestamp,
}

/// Writes rows except those whose ids are taken; answers the ids of those written. As [`insert_new`](cached::insert_new).
macro_rules! new_ids {
    ($conn:expr, $table:ident, $rows:expr) => {{
        let (mut conn, rows) = ($conn, $rows);
        match rows.as_slice() {
            [] => Ok(HashSet::new()),
            [row] => {
                let written: Option<Uuid> = diesel::insert_into($table::table)
                    .values(row)
                    .on_conflict($table::id)
                    .do_nothing()
                    .returning($table::id)
                    .get_result(&mut conn)
                    .await
                    .optional()?;
                Ok(written.into_iter().collect())
            }
            rows => {
                let written: Vec<IdRow> = cached::insert(stringify!($table), rows)?
                    .then(" ON CONFLICT (id) DO NOTHING RETURNING id")
                    .load(&mut conn)
                    .await?;
                Ok(written.into_iter().map(|row| row.id).collect())
            }
        }
    }};
}

/// Writes reports, each with the position that it itself gives, except those whose ids are taken; waits for concurrent
/// twins. Answers the ids of those written. Of several with one id the first is written.
pub async fn insert(
    conn: &Conn,
    reports: &[(&NewReport, Option<Point>)],
    sender: Sender,
    source: Source,
) -> Result<HashSet<Uuid>, DbError> {
    let nothing_said = Value::Object(Map::new());
    let rows = reports.iter().map(|(report, position)| {
        let fix = report.fix.as_ref();
        ReportRow {
            id: report.id,
            account_id: sender.account_id,
            device_id: sender.device_id,
            source: source.as_str(),
            round_id: report.round_id,
            point_id: report.point_id,
            note: &report.note,
            clean: report.clean,
            raw_lat: fix.map(|fix| fix.lat),
            raw_lon: fix.map(|fix| fix.lon),
            datum: fix.map(|fix| fix.datum.as_str()),
            acc_m: fix.and_then(|fix| fix.acc_m),
            fix_age_ms: fix.and_then(|fix| fix.fix_age_ms),
            mock: fix.is_some_and(|fix| fix.mock),
            lat: position.map(|point| point.lat()),
            lon: position.map(|point| point.lon()),
            captured_at: report.captured_at.map(|it| it.at.to_diesel()),
            captured_by: report.captured_at.map(|it| it.method.as_str()),
            captured_error_s: report.captured_at.map(|it| it.error_s),
            captured: match &report.captured {
                Value::Null => &nothing_said,
                captured => captured,
            },
            raw: &report.raw,
            canon_sha256: Bytes(&report.canon_sha256.0),
            received_at: sender.received_at.to_diesel(),
        }
    });
    let mut rows: Vec<ReportRow<'_>> = rows.collect();
    rows.sort_by_key(|row| row.id); // One order for all: batches that share reports must not wait for each other.
    new_ids!(conn, reports, rows)
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// What is known under a report id.
pub async fn known(conn: &mut Conn, id: Uuid) -> Result<Option<Known>, DbError> {
    let row: Option<(Uuid, Vec<u8>)> = reports::table
        .find(id)
        .select((reports::account_id, reports::canon_sha256))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(|(account_id, digest)| Known {
        account_id,
        canon_sha256: Sha256Digest(<[u8; 32]>::try_from(digest).unwrap_or_default()),
    }))
}

/// Keeps other content that came under a known report id, once. Answers its id.
pub async fn amend(conn: &mut Conn, report: &NewReport, sender: Sender) -> Result<Uuid, DbError> {
    keep_amendment(conn, report.id, &report.raw, report.canon_sha256, sender).await
}

/// Keeps what was sent to a report later, once. Answers its id.
pub async fn keep_amendment(
    conn: &mut Conn,
    report_id: Uuid,
    raw: &Value,
    canon_sha256: Sha256Digest,
    sender: Sender,
) -> Result<Uuid, DbError> {
    diesel::insert_into(report_amendments::table)
        .values((
            report_amendments::id.eq(Uuid::new_v4()),
            report_amendments::report_id.eq(report_id),
            report_amendments::account_id.eq(sender.account_id),
            report_amendments::raw.eq(raw),
            report_amendments::canon_sha256.eq(canon_sha256.0.to_vec()),
            report_amendments::received_at.eq(sender.received_at.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    report_amendments::table
        .filter(report_amendments::report_id.eq(report_id))
        .filter(report_amendments::account_id.eq(sender.account_id))
        .filter(report_amendments::canon_sha256.eq(canon_sha256.0.to_vec()))
        .select(report_amendments::id)
        .first(conn)
        .await
}

/// A finding as it is read against the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct FindingRead<'a> {
    /// Of this report,
    pub report_id: Uuid,
    /// at this place in it.
    pub ordinal: usize,
    /// As it came.
    pub finding: &'a NewFinding,
    /// Its item.
    pub item: &'a ItemKey,
    /// The condition that the inspector named.
    pub condition_id: Option<Uuid>,
}

#[derive(Insertable, Serialize)]
#[diesel(table_name = findings, treat_none_as_default_value = false)]
struct FindingRow<'a> {
    id: Uuid,
    report_id: Uuid,
    ordinal: i16,
    scheme: &'a str,
    version: &'a str,
    item: &'a str,
    condition_id: Option<Uuid>,
    text: &'a str,
    danger: bool,
    fixed_on_site: bool,
}

/// Writes findings except those whose ids are taken; answers the ids of those written. Of several with one id the first
/// is written.
pub async fn insert_findings(
    conn: &Conn,
    findings: &[FindingRead<'_>],
) -> Result<HashSet<Uuid>, DbError> {
    let rows = findings.iter().map(|read| FindingRow {
        id: read.finding.id,
        report_id: read.report_id,
        ordinal: i16::try_from(read.ordinal).unwrap_or(i16::MAX),
        scheme: &read.item.scheme,
        version: &read.item.version,
        item: &read.item.code,
        condition_id: read.condition_id,
        text: &read.finding.text,
        danger: read.finding.danger,
        fixed_on_site: read.finding.fixed_on_site,
    });
    let mut rows: Vec<FindingRow<'_>> = rows.collect();
    rows.sort_by_key(|row| row.id);
    new_ids!(conn, findings, rows)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    account_id: Uuid,
    source: String,
    round_id: Option<Uuid>,
    point_id: Option<Uuid>,
    note: String,
    clean: bool,
    lat: Option<f64>,
    lon: Option<f64>,
    received_at: SqlTimestamp,
}

/// A report with its findings and photos; only this account's, if one is named.
pub async fn find(
    conn: &mut Conn,
    id: Uuid,
    sent_by: Option<Uuid>,
) -> Result<Option<Report>, DbError> {
    let mut query = reports::table
        .filter(reports::id.eq(id))
        .select(Row::as_select())
        .into_boxed();
    if let Some(account_id) = sent_by {
        query = query.filter(reports::account_id.eq(account_id));
    }
    let Some(row) = query.first::<Row>(conn).await.optional()? else {
        return Ok(None);
    };
    let findings = findings::table
        .inner_join(tickets::table)
        .filter(findings::report_id.eq(id))
        .order(findings::ordinal)
        .select((
            findings::id,
            findings::item,
            findings::text,
            tickets::id,
            tickets::state,
            tickets::triage_reasons,
        ))
        .load::<(Uuid, String, String, Uuid, String, Vec<String>)>(conn)
        .await?;
    let photos = report_attachments::table
        .inner_join(attachments::table)
        .filter(report_attachments::report_id.eq(id))
        .order(report_attachments::ordinal)
        .select((
            attachments::id,
            attachments::stored_at.is_not_null(),
            attachments::rendition,
        ))
        .load::<(Uuid, bool, String)>(conn)
        .await?;
    let observations = super::observation::of_reports(conn, &[id]).await?;
    let source = row.source.parse();
    let source =
        source.map_err(|error: UnknownWord| DbError::DeserializationError(error.into()))?;
    Ok(Some(Report {
        source,
        observations: observations.into_iter().map(|(_, it)| it).collect(),
        id: row.id,
        account_id: row.account_id,
        round_id: row.round_id,
        point_id: row.point_id,
        note: row.note,
        clean: row.clean,
        point: row
            .lat
            .zip(row.lon)
            .and_then(|(lat, lon)| Point::new(lat, lon).ok()),
        received_at: row.received_at.to_jiff(),
        findings: findings
            .into_iter()
            .map(
                |(id, item, text, ticket_id, ticket_state, reasons)| Finding {
                    id,
                    item,
                    text,
                    ticket_id,
                    ticket_state,
                    triage_reasons: reasons,
                },
            )
            .collect(),
        photos: photos
            .into_iter()
            .map(|(aid, stored, rendition)| ReportPhoto {
                aid,
                stored,
                rendition,
            })
            .collect(),
    }))
}

/// Whether a report has this finding.
pub async fn has_finding(
    conn: &mut Conn,
    report_id: Uuid,
    finding_id: Uuid,
) -> Result<bool, DbError> {
    let found = findings::table
        .filter(findings::id.eq(finding_id))
        .filter(findings::report_id.eq(report_id));
    diesel::select(diesel::dsl::exists(found))
        .get_result(conn)
        .await
}
