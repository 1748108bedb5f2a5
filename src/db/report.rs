//! Reports and their findings: append-only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde_json::Value;
use uuid::Uuid;

use super::schema::{
    attachments, findings, report_amendments, report_attachments, reports, tickets,
};
use super::{Conn, DbError};
use crate::domain::catalogue::ItemKey;
use crate::domain::evidence::Sha256Digest;
use crate::domain::geo::Point;
use crate::domain::report::{Finding, NewFinding, NewReport, Report, ReportPhoto};

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

/// Writes a report unless its id is taken; waits for a concurrent twin. Answers whether it was written.
pub async fn insert(
    conn: &mut Conn,
    report: &NewReport,
    position: Option<Point>,
    sender: Sender,
) -> Result<bool, DbError> {
    let fix = report.fix.as_ref();
    let written = diesel::insert_into(reports::table)
        .values((
            (
                reports::id.eq(report.id),
                reports::account_id.eq(sender.account_id),
                reports::device_id.eq(sender.device_id),
                reports::point_id.eq(report.point_id),
                reports::note.eq(&report.note),
                reports::clean.eq(report.clean),
            ),
            (
                reports::raw_lat.eq(fix.map(|fix| fix.lat)),
                reports::raw_lon.eq(fix.map(|fix| fix.lon)),
                reports::datum.eq(fix.map(|fix| fix.datum.as_str())),
                reports::acc_m.eq(fix.and_then(|fix| fix.acc_m)),
                reports::fix_age_ms.eq(fix.and_then(|fix| fix.fix_age_ms)),
                reports::mock.eq(fix.is_some_and(|fix| fix.mock)),
                reports::lat.eq(position.map(|point| point.lat())),
                reports::lon.eq(position.map(|point| point.lon())),
            ),
            (
                reports::captured.eq(&report.captured),
                reports::captured_at.eq(report.captured_at.map(|it| it.at.to_diesel())),
                reports::captured_by.eq(report.captured_at.map(|it| it.method.as_str())),
                reports::captured_error_s.eq(report.captured_at.map(|it| it.error_s)),
                reports::raw.eq(&report.raw),
                reports::canon_sha256.eq(report.canon_sha256.0.to_vec()),
                reports::received_at.eq(sender.received_at.to_diesel()),
            ),
        ))
        .on_conflict(reports::id)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(written == 1)
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

/// Writes a finding. Answers whether its id was free.
pub async fn insert_finding(
    conn: &mut Conn,
    report_id: Uuid,
    index: usize,
    finding: &NewFinding,
    item: &ItemKey,
    condition_id: Option<Uuid>,
) -> Result<bool, DbError> {
    let written = diesel::insert_into(findings::table)
        .values((
            findings::id.eq(finding.id),
            findings::report_id.eq(report_id),
            findings::ordinal.eq(i16::try_from(index).unwrap_or(i16::MAX)),
            findings::scheme.eq(&item.scheme),
            findings::version.eq(&item.version),
            findings::item.eq(&item.code),
            findings::condition_id.eq(condition_id),
            findings::text.eq(&finding.text),
            findings::danger.eq(finding.danger),
            findings::fixed_on_site.eq(finding.fixed_on_site),
        ))
        .on_conflict(findings::id)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(written == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    account_id: Uuid,
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
    Ok(Some(Report {
        id: row.id,
        account_id: row.account_id,
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
