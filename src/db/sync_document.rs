//! Loads what phones are sent of a row, for any number of rows of a collection in a fixed number of queries. What a reader may
//! not know is withheld above, by `domain::sync::document`.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as SqlTimestamp;
use uuid::Uuid;

use super::cached::cached;
use super::schema::{
    areas, attachments, catalogue_items, catalogue_versions, check_points, filing_conditions,
    findings, report_amendments, report_attachments, reports, tickets, units,
};
use super::{Conn, DbError};
use crate::domain::account::Role;
use crate::domain::evidence::Sha256Digest;
use crate::domain::sync::document::{
    AreaDoc, AttachmentFacts, ConditionDoc, FindingDoc, ItemDoc, PointDoc, PointName, ReportDoc,
    ShownOn, TicketFacts, UnitDoc,
};

/// Catalogue items.
pub async fn items(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, ItemDoc)>, DbError> {
    type Row = (
        Uuid,
        String,
        String,
        String,
        String,
        String,
        String,
        i32,
        bool,
    );
    let rows: Vec<Row> = catalogue_items::table
        .inner_join(
            catalogue_versions::table.on(catalogue_versions::scheme
                .eq(catalogue_items::scheme)
                .and(catalogue_versions::version.eq(catalogue_items::version))),
        )
        .filter(catalogue_items::id.eq_any(ids))
        .select((
            catalogue_items::id,
            catalogue_items::scheme,
            catalogue_items::version,
            catalogue_items::code,
            catalogue_items::name_zh,
            catalogue_items::name_en,
            catalogue_items::kind,
            catalogue_items::radius_m,
            catalogue_versions::active,
        ))
        .load(conn)
        .await?;
    let doc = |(id, scheme, version, code, name_zh, name_en, kind, radius_m, active): Row| {
        let doc = ItemDoc {
            scheme,
            version,
            code,
            name_zh,
            name_en,
            kind,
            radius_m,
            active,
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = filing_conditions, check_for_backend(diesel::pg::Pg))]
struct ConditionRow {
    id: Uuid,
    scheme: String,
    version: String,
    item: String,
    code: String,
    name_zh: String,
    name_en: String,
    places_zh: String,
    lead_subject: String,
    cooperating: Vec<String>,
    limit_value: i32,
    limit_unit: String,
    closing_policy: String,
    min_before_photos: i32,
    min_after_photos: i32,
    danger: bool,
}

/// Filing conditions.
pub async fn conditions(
    conn: &mut Conn,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, ConditionDoc)>, DbError> {
    let rows: Vec<ConditionRow> = filing_conditions::table
        .filter(filing_conditions::id.eq_any(ids))
        .select(ConditionRow::as_select())
        .load(conn)
        .await?;
    let doc = |row: ConditionRow| {
        let doc = ConditionDoc {
            scheme: row.scheme,
            version: row.version,
            item: row.item,
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            places_zh: row.places_zh,
            lead_subject: row.lead_subject,
            cooperating: row.cooperating,
            limit_value: row.limit_value,
            limit_unit: row.limit_unit,
            closing_policy: row.closing_policy,
            min_before_photos: row.min_before_photos,
            min_after_photos: row.min_after_photos,
            danger: row.danger,
        };
        (row.id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

/// Districts and zones; owners are not for everyone.
pub async fn areas(
    conn: &mut Conn,
    ids: &[Uuid],
    with_owner: bool,
) -> Result<Vec<(Uuid, AreaDoc)>, DbError> {
    let rows: Vec<(Uuid, String, String, String, String, Option<Uuid>)> = areas::table
        .filter(areas::id.eq_any(ids))
        .select((
            areas::id,
            areas::code,
            areas::kind,
            areas::name_zh,
            areas::name_en,
            areas::owner_unit_id,
        ))
        .load(conn)
        .await?;
    let doc = |(id, code, kind, name_zh, name_en, owner): (_, _, _, _, _, Option<Uuid>)| {
        let doc = AreaDoc {
            code,
            kind,
            name_zh,
            name_en,
            owner: owner.filter(|_| with_owner),
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

/// Units.
pub async fn units(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, UnitDoc)>, DbError> {
    type Row = (
        Uuid,
        String,
        String,
        String,
        String,
        Option<Uuid>,
        Option<String>,
        Option<String>,
    );
    let rows: Vec<Row> = units::table
        .filter(units::id.eq_any(ids))
        .select((
            units::id,
            units::code,
            units::name_zh,
            units::name_en,
            units::kind,
            units::parent_id,
            units::district_code,
            units::subject,
        ))
        .load(conn)
        .await?;
    let doc = |(id, code, name_zh, name_en, kind, parent, district, subject): Row| {
        let doc = UnitDoc {
            code,
            name_zh,
            name_en,
            kind,
            parent,
            district,
            subject,
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

/// Check points; owners are not for everyone.
pub async fn points(
    conn: &mut Conn,
    ids: &[Uuid],
    with_owner: bool,
) -> Result<Vec<(Uuid, PointDoc)>, DbError> {
    type Row = (
        Uuid,
        String,
        String,
        String,
        String,
        String,
        f64,
        f64,
        Option<Uuid>,
    );
    let rows: Vec<Row> = check_points::table
        .filter(check_points::id.eq_any(ids))
        .select((
            check_points::id,
            check_points::code,
            check_points::name_zh,
            check_points::name_en,
            check_points::kind,
            check_points::address,
            check_points::lat,
            check_points::lon,
            check_points::owner_unit_id,
        ))
        .load(conn)
        .await?;
    let doc = |(id, code, name_zh, name_en, kind, address, lat, lon, owner): Row| {
        let doc = PointDoc {
            code,
            name_zh,
            name_en,
            kind,
            address,
            lat,
            lon,
            owner: owner.filter(|_| with_owner),
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports, check_for_backend(diesel::pg::Pg))]
struct ReportRow {
    id: Uuid,
    account_id: Uuid,
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

/// Reports; who sent them is not for everyone.
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
    let doc = |row: ReportRow| {
        let doc = ReportDoc {
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
            inspector: with_inspector.then_some(row.account_id),
        };
        (row.id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

/// Findings, each with the ticket made of it.
pub async fn findings(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, FindingDoc)>, DbError> {
    type Row = (
        (Uuid, Uuid, i16, String, String, String),
        (Option<Uuid>, String, bool, bool, Uuid),
    );
    let rows: Vec<Row> = findings::table
        .inner_join(tickets::table)
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
                findings::condition_id,
                findings::text,
                findings::danger,
                findings::fixed_on_site,
                tickets::id,
            ),
        ))
        .load(conn)
        .await?;
    let codes = condition_codes(conn, rows.iter().filter_map(|(_, (id, ..))| *id)).await?;
    let doc = |row: Row| {
        let ((id, report, ordinal, scheme, version, item), rest) = row;
        let (condition, text, danger, fixed_on_site, ticket) = rest;
        let doc = FindingDoc {
            report,
            ordinal,
            scheme,
            version,
            item,
            condition: condition.and_then(|id| codes.get(&id).cloned()),
            text,
            danger,
            fixed_on_site,
            ticket,
        };
        (id, doc)
    };
    Ok(rows.into_iter().map(doc).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tickets, check_for_backend(diesel::pg::Pg))]
struct TicketRow {
    id: Uuid,
    number: Option<String>,
    finding_id: Option<Uuid>,
    state: String,
    triage_reasons: Vec<String>,
    scheme: String,
    version: String,
    item: String,
    condition_id: Option<Uuid>,
    text: String,
    danger: bool,
    fixed_on_site: bool,
    point_id: Option<Uuid>,
    lat: Option<f64>,
    lon: Option<f64>,
    district_code: Option<String>,
    lead_unit_id: Option<Uuid>,
    clock_stopped_at: Option<SqlTimestamp>,
    due_at: Option<SqlTimestamp>,
    due_provisional: bool,
    dispatched_at: Option<SqlTimestamp>,
    submitted_at: Option<SqlTimestamp>,
    photos_due_at: Option<SqlTimestamp>,
    closed_at: Option<SqlTimestamp>,
    rework_round: i32,
    return_count: i32,
    master_id: Option<Uuid>,
    created_at: SqlTimestamp,
}

/// Tickets; where they came from only for a role that may know it of some.
pub async fn tickets(
    conn: &mut Conn,
    ids: &[Uuid],
    role: Role,
) -> Result<Vec<(Uuid, TicketFacts)>, DbError> {
    let rows: Vec<TicketRow> = tickets::table
        .filter(tickets::id.eq_any(ids))
        .select(TicketRow::as_select())
        .load(conn)
        .await?;
    let codes = condition_codes(conn, rows.iter().filter_map(|row| row.condition_id)).await?;
    let points = point_names(conn, rows.iter().filter_map(|row| row.point_id)).await?;
    let mut origins = HashMap::new();
    if role.is_office() || role == Role::Inspector {
        let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.finding_id).collect();
        origins = origins_of(conn, &ids).await?;
    }
    rows.into_iter()
        .map(|row| {
            let id = row.id;
            let condition = row.condition_id.and_then(|id| codes.get(&id).cloned());
            let point = row.point_id.and_then(|id| {
                let name = points.get(&id)?.clone();
                Some(PointName { id, name })
            });
            let report = row.finding_id.and_then(|id| origins.get(&id).copied());
            Ok((id, facts(row, condition, point, report)?))
        })
        .collect()
}

fn facts(
    row: TicketRow,
    condition: Option<String>,
    point: Option<PointName>,
    report: Option<(Uuid, Uuid)>,
) -> Result<TicketFacts, DbError> {
    let instant = |at: Option<SqlTimestamp>| at.map(SqlTimestamp::to_jiff);
    Ok(TicketFacts {
        number: row.number,
        state: row.state.parse().map_err(
            |error: crate::domain::ticket::machine::UnknownState| {
                DbError::DeserializationError(error.into())
            },
        )?,
        scheme: row.scheme,
        version: row.version,
        item: row.item,
        condition,
        text: row.text,
        danger: row.danger,
        fixed_on_site: row.fixed_on_site,
        point,
        lat: row.lat,
        lon: row.lon,
        district: row.district_code,
        due_at: instant(row.due_at),
        provisional: row.due_provisional,
        stopped_at: instant(row.clock_stopped_at),
        rework_round: row.rework_round,
        closed_at: instant(row.closed_at),
        lead: row.lead_unit_id,
        dispatched_at: instant(row.dispatched_at),
        submitted_at: instant(row.submitted_at),
        photos_due_at: instant(row.photos_due_at),
        return_count: row.return_count,
        triage_reasons: row.triage_reasons,
        master: row.master_id,
        finding: row.finding_id,
        report,
        received_at: row.created_at.to_jiff(),
    })
}

/// Few for a page: every ticket of a city is filed under one of some dozens.
async fn condition_codes(
    conn: &mut Conn,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbError> {
    let ids = distinct(ids);
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = filing_conditions::table
        .filter(filing_conditions::id.eq_any(ids))
        .select((filing_conditions::id, filing_conditions::code))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn point_names(
    conn: &mut Conn,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbError> {
    let ids = distinct(ids);
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = check_points::table
        .filter(check_points::id.eq_any(ids))
        .select((check_points::id, check_points::name_zh))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Report and sender of findings.
async fn origins_of(
    conn: &mut Conn,
    finding_ids: &[Uuid],
) -> Result<HashMap<Uuid, (Uuid, Uuid)>, DbError> {
    let rows: Vec<(Uuid, Uuid, Uuid)> = findings::table
        .inner_join(reports::table)
        .filter(findings::id.eq_any(finding_ids))
        .select((findings::id, reports::id, reports::account_id))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(finding, report, sender)| (finding, (report, sender)))
        .collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = attachments, check_for_backend(diesel::pg::Pg))]
struct PhotoRow {
    id: Uuid,
    photo_key: Uuid,
    account_id: Uuid,
    sha256: Vec<u8>,
    size_bytes: i64,
    mime: String,
    stored_at: Option<SqlTimestamp>,
    rendition: String,
    width_px: Option<i32>,
    height_px: Option<i32>,
}

#[derive(QueryableByName)]
struct ShownRow {
    #[diesel(sql_type = SqlUuid)]
    attachment_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
}

/// A reader is told of a photo only on tickets that its scopes hold; the office also of what it alone may know.
const SHOWN: &str = "\
SELECT DISTINCT p.attachment_id, p.ticket_id, p.role \
  FROM unnest($1::uuid[]) AS a (id) CROSS JOIN LATERAL (SELECT * FROM ticket_photos p WHERE p.attachment_id = a.id OFFSET 0) p \
  CROSS JOIN LATERAL (SELECT f.scope FROM sync_feed f WHERE f.entity_id = p.ticket_id AND f.entity = 'tickets' \
                         AND f.state = 'present' AND f.scope = ANY ($2) OFFSET 0) f \
 WHERE f.scope = 'office' OR NOT p.office_only AND (f.scope LIKE 'unit:%' OR p.role <> 'comment') \
 ORDER BY p.ticket_id, p.role";

/// Photos whose bytes are here, by photo key, as far as a reader of these scopes may know on what they are.
pub async fn attachments(
    conn: &mut Conn,
    keys: &[Uuid],
    scopes: &[String],
) -> Result<Vec<(Uuid, AttachmentFacts)>, DbError> {
    let rows: Vec<PhotoRow> = attachments::table
        .filter(attachments::photo_key.eq_any(keys))
        .filter(attachments::stored_at.is_not_null())
        .select(PhotoRow::as_select())
        .load(conn)
        .await?;
    let aids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let shown: Vec<ShownRow> = cached(SHOWN)
        .bind::<Array<SqlUuid>, _>(&aids)
        .bind::<Array<Text>, _>(scopes)
        .load(conn)
        .await?;
    let mut on: HashMap<Uuid, Vec<ShownOn>> = HashMap::new();
    for row in shown {
        on.entry(row.attachment_id).or_default().push(ShownOn {
            ticket: row.ticket_id,
            role: row.role,
        });
    }
    let declared: HashMap<Uuid, Uuid> = report_attachments::table
        .filter(report_attachments::attachment_id.eq_any(&aids))
        .select((
            report_attachments::attachment_id,
            report_attachments::report_id,
        ))
        .load::<(Uuid, Uuid)>(conn)
        .await?
        .into_iter()
        .collect();
    let facts = |row: PhotoRow| {
        let stored_at = row.stored_at?.to_jiff();
        let sha256 = Sha256Digest(<[u8; 32]>::try_from(row.sha256).ok()?);
        let facts = AttachmentFacts {
            aid: row.id,
            account_id: row.account_id,
            report: declared.get(&row.id).copied(),
            on: on.remove(&row.id).unwrap_or_default(),
            sha256: sha256.to_string(),
            bytes: row.size_bytes,
            mime: row.mime,
            stored_at,
            rendition: row.rendition,
            width_px: row.width_px,
            height_px: row.height_px,
        };
        Some((row.photo_key, facts))
    };
    Ok(rows.into_iter().filter_map(facts).collect())
}
