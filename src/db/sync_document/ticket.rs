//! Tickets, with what of them lies in other tables.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::try_join;
use jiff_diesel::Timestamp as SqlTimestamp;
use uuid::Uuid;

use crate::db::schema::{findings, reports, ticket_requests, tickets};
use crate::db::{Conn, DbError};
use crate::domain::account::Role;
use crate::domain::sync::document::TicketFacts;

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
    extensions: i32,
    suspended_until: Option<SqlTimestamp>,
    exempt: bool,
    forced: bool,
    supervision_level: i32,
    assignee_id: Option<Uuid>,
    stage_due_at: Option<SqlTimestamp>,
    master_id: Option<Uuid>,
    recurrence_of: Option<Uuid>,
    created_at: SqlTimestamp,
}

/// Tickets; who found them only for inspectors, of whom each may know of its own. The questions go out together.
pub async fn tickets(
    conn: &Conn,
    ids: &[Uuid],
    role: Role,
) -> Result<Vec<(Uuid, TicketFacts)>, DbError> {
    let rows = async {
        match role {
            Role::Inspector => with_senders(conn, ids).await,
            _ => rows(conn, ids).await,
        }
    };
    let told_of_requests = if role == Role::Inspector { &[] } else { ids };
    let (rows, mut open_requests) = try_join(rows, open_requests(conn, told_of_requests)).await?;
    rows.into_iter()
        .map(|(row, sender)| {
            let id = row.id;
            let open_requests = open_requests.remove(&id).unwrap_or_default();
            let facts = facts(row, sender)?;
            Ok((
                id,
                TicketFacts {
                    open_requests,
                    ..facts
                },
            ))
        })
        .collect()
}

/// A ticket, and the sender of its report.
type Found = (TicketRow, Option<Uuid>);

async fn rows(mut conn: &Conn, ids: &[Uuid]) -> Result<Vec<Found>, DbError> {
    let rows: Vec<TicketRow> = tickets::table
        .filter(tickets::id.eq_any(ids))
        .select(TicketRow::as_select())
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row, None)).collect())
}

async fn with_senders(mut conn: &Conn, ids: &[Uuid]) -> Result<Vec<Found>, DbError> {
    tickets::table
        .left_join(findings::table.left_join(reports::table))
        .filter(tickets::id.eq_any(ids))
        .select((TicketRow::as_select(), reports::account_id.nullable()))
        .load(&mut conn)
        .await
}

fn facts(row: TicketRow, sender: Option<Uuid>) -> Result<TicketFacts, DbError> {
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
        condition_id: row.condition_id,
        text: row.text,
        danger: row.danger,
        fixed_on_site: row.fixed_on_site,
        point_id: row.point_id,
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
        extensions: row.extensions,
        suspended_until: instant(row.suspended_until),
        exempt: row.exempt,
        forced: row.forced,
        supervision_level: row.supervision_level,
        assignee: row.assignee_id,
        stage_due_at: instant(row.stage_due_at),
        open_requests: Vec::new(),
        triage_reasons: row.triage_reasons,
        master: row.master_id,
        recurrence_of: row.recurrence_of,
        finding: row.finding_id,
        sender,
        received_at: row.created_at.to_jiff(),
    })
}

/// Kinds of the open requests of tickets, in order.
async fn open_requests(
    mut conn: &Conn,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>, DbError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = ticket_requests::table
        .filter(ticket_requests::ticket_id.eq_any(ids))
        .filter(ticket_requests::state.eq("open"))
        .order(ticket_requests::kind)
        .select((ticket_requests::ticket_id, ticket_requests::kind))
        .load(&mut conn)
        .await?;
    let mut kinds: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (id, kind) in rows {
        kinds.entry(id).or_default().push(kind);
    }
    Ok(kinds)
}
