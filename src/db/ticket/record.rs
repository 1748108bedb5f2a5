//! Tickets with what belongs to them, for any number of tickets in a fixed number of queries.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::row::Row;
use super::scope::TicketScope;
use super::{request, slip};
use crate::db::attachment::{self, flag_reader};
use crate::db::cached::cached;
use crate::db::schema::{accounts, check_points, findings, ticket_assignments, tickets};
use crate::db::{Conn, DbError, catalogue, duty};
use crate::domain::catalogue::ItemKey;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::projection::{Earlier, Person, TicketPhoto, TicketRecord};

#[derive(QueryableByName)]
struct PhotoRow {
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = SqlUuid)]
    photo_key: Uuid,
    #[diesel(sql_type = SqlUuid)]
    aid: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Bool)]
    stored: bool,
    #[diesel(sql_type = Text)]
    rendition: String,
    #[diesel(sql_type = Bool)]
    office_only: bool,
}

/// Photos of the findings (its own and those merged into it), then those that came with commands, oldest first.
const PHOTOS: &str = "\
SELECT coalesce(t.master_id, t.id) AS ticket_id, 'before' AS role, a.photo_key, a.id AS aid, a.account_id, \
       a.stored_at IS NOT NULL AS stored, a.rendition, false AS office_only, 0 AS seq, t.created_at, fa.ordinal \
  FROM tickets t JOIN finding_attachments fa ON fa.finding_id = t.finding_id \
  JOIN attachments a ON a.id = fa.attachment_id \
 WHERE t.id = ANY ($1) OR t.master_id = ANY ($1) \
UNION ALL \
SELECT ta.ticket_id, ta.role, a.photo_key, a.id, a.account_id, a.stored_at IS NOT NULL, a.rendition, e.office_only, ta.seq, a.created_at, \
       ta.ordinal \
  FROM ticket_attachments ta JOIN attachments a ON a.id = ta.attachment_id \
  JOIN ticket_events e ON e.ticket_id = ta.ticket_id AND e.seq = ta.seq \
 WHERE ta.ticket_id = ANY ($1) \
 ORDER BY seq, created_at, ordinal";

/// Completes tickets, in their order, with what the scope holds beside them.
pub async fn complete(
    conn: &mut Conn,
    scope: &TicketScope,
    tickets: Vec<Ticket>,
) -> Result<Vec<TicketRecord>, DbError> {
    let ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.id).collect();
    let keys: BTreeSet<&ItemKey> = tickets.iter().map(|ticket| &ticket.item).collect();
    let condition_ids: Vec<Uuid> = tickets.iter().filter_map(|t| t.condition_id).collect();
    let items = catalogue::get_items(conn, keys).await?;
    let conditions = catalogue::get_conditions(conn, &condition_ids).await?;
    let mut cooperating = cooperating(conn, &ids).await?;
    let points = point_names(conn, &tickets).await?;
    let reports = report_ids(conn, &tickets).await?;
    let mut earlier = earlier(conn, scope, &tickets).await?;
    let mut answering = duty::answering(conn, &ids).await?;
    let mut photos = photos(conn, &ids).await?;
    give_flags(conn, &mut photos).await?;
    let requests = request::of_tickets(conn, &ids).await?;
    let mut requests = grouped(requests.into_iter().map(|it| (it.ticket_id, it)));
    let supervised = tickets.iter().filter(|ticket| ticket.supervision_level > 0);
    let supervised: Vec<Uuid> = supervised.map(|ticket| ticket.id).collect();
    let slips = slip::of_tickets(conn, &supervised).await?;
    let mut slips = grouped(slips.into_iter().map(|it| (it.ticket_id, it)));
    let people = people(conn, &tickets).await?;
    tickets
        .into_iter()
        .map(|ticket| {
            let item = items.get(&ticket.item).cloned().ok_or(DbError::NotFound)?;
            Ok(TicketRecord {
                item,
                condition: ticket
                    .condition_id
                    .and_then(|id| conditions.get(&id).cloned()),
                cooperating: cooperating.remove(&ticket.id).unwrap_or_default(),
                point_name: ticket.point_id.and_then(|id| points.get(&id).cloned()),
                report_id: ticket.finding_id.and_then(|id| reports.get(&id).copied()),
                photos: photos.remove(&ticket.id).unwrap_or_default(),
                earlier: earlier.remove(&ticket.id),
                answering: answering.remove(&ticket.id).unwrap_or_default(),
                suggestions: Vec::new(),
                requests: requests.remove(&ticket.id).unwrap_or_default(),
                slips: slips.remove(&ticket.id).unwrap_or_default(),
                assignee: ticket.assignee_id.and_then(|id| people.get(&id).cloned()),
                ticket,
            })
        })
        .collect()
}

async fn cooperating(conn: &mut Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>, DbError> {
    let rows: Vec<(Uuid, String)> = ticket_assignments::table
        .filter(ticket_assignments::ticket_id.eq_any(ids))
        .filter(ticket_assignments::role.eq("cooperating"))
        .filter(ticket_assignments::until.is_null())
        .order(ticket_assignments::unit_name)
        .select((ticket_assignments::ticket_id, ticket_assignments::unit_name))
        .load(conn)
        .await?;
    Ok(grouped(rows))
}

async fn point_names(
    conn: &mut Conn,
    tickets: &[Ticket],
) -> Result<HashMap<Uuid, String>, DbError> {
    let ids: Vec<Uuid> = tickets
        .iter()
        .filter_map(|ticket| ticket.point_id)
        .collect();
    let rows: Vec<(Uuid, String)> = check_points::table
        .filter(check_points::id.eq_any(ids))
        .select((check_points::id, check_points::name_zh))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn people(conn: &mut Conn, tickets: &[Ticket]) -> Result<HashMap<Uuid, Person>, DbError> {
    let ids: BTreeSet<Uuid> = tickets.iter().filter_map(|t| t.assignee_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::display_name))
        .load(conn)
        .await?;
    let people = rows.into_iter().map(|(id, name)| (id, Person { id, name }));
    Ok(people.collect())
}

async fn report_ids(conn: &mut Conn, tickets: &[Ticket]) -> Result<HashMap<Uuid, Uuid>, DbError> {
    let ids: Vec<Uuid> = tickets
        .iter()
        .filter_map(|ticket| ticket.finding_id)
        .collect();
    let rows: Vec<(Uuid, Uuid)> = findings::table
        .filter(findings::id.eq_any(ids))
        .select((findings::id, findings::report_id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// What these tickets are recurrences of, within the scope.
async fn earlier(
    conn: &mut Conn,
    scope: &TicketScope,
    recurring: &[Ticket],
) -> Result<HashMap<Uuid, Earlier>, DbError> {
    let links = recurring
        .iter()
        .filter_map(|ticket| Some((ticket.id, ticket.recurrence_of?)));
    let links: Vec<(Uuid, Uuid)> = links.collect();
    if links.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = links
        .iter()
        .map(|(_, earlier)| *earlier)
        .collect::<Vec<_>>();
    let query = tickets::table
        .filter(tickets::id.eq_any(ids))
        .select(Row::as_select())
        .into_boxed();
    let rows: Vec<Row> = scope.filter(query).load(conn).await?;
    let found: Result<Vec<Ticket>, DbError> = rows.into_iter().map(Ticket::try_from).collect();
    let found: HashMap<Uuid, Ticket> = found?.into_iter().map(|it| (it.id, it)).collect();
    let told = links.into_iter().filter_map(|(id, earlier)| {
        let earlier = found.get(&earlier)?;
        let earlier = Earlier {
            ticket_id: earlier.id,
            number: earlier.number.clone(),
            closed_at: earlier.closed_at,
        };
        Some((id, earlier))
    });
    Ok(told.collect())
}

async fn photos(conn: &mut Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<TicketPhoto>>, DbError> {
    let rows: Vec<PhotoRow> = cached(PHOTOS)
        .bind::<Array<SqlUuid>, _>(ids)
        .load(conn)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| {
        let photo = TicketPhoto {
            photo_key: row.photo_key,
            aid: row.aid,
            account_id: row.account_id,
            role: attachment::role(&row.role),
            stored: row.stored,
            rendition: row.rendition,
            office_only: row.office_only,
            flags: Vec::new(),
        };
        (row.ticket_id, photo)
    })))
}

async fn give_flags(
    conn: &mut Conn,
    photos: &mut HashMap<Uuid, Vec<TicketPhoto>>,
) -> Result<(), DbError> {
    let aids: Vec<Uuid> = photos.values().flatten().map(|photo| photo.aid).collect();
    if aids.is_empty() {
        return Ok(());
    }
    let flags = flag_reader::all(conn, &aids).await?;
    for photo in photos.values_mut().flatten() {
        if let Some(flags) = flags.get(&photo.aid) {
            photo.flags.clone_from(flags);
        }
    }
    Ok(())
}

fn grouped<T>(rows: impl IntoIterator<Item = (Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (id, value) in rows {
        groups.entry(id).or_default().push(value);
    }
    groups
}
