//! Tickets, with the names that their documents hold.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as SqlTimestamp;
use uuid::Uuid;

use super::{condition_codes, distinct};
use crate::db::schema::{check_points, findings, reports, tickets};
use crate::db::{Conn, DbError};
use crate::domain::account::Role;
use crate::domain::sync::document::{PointName, TicketFacts};

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
