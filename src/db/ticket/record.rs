//! What belongs to tickets, for any number of them in a fixed number of queries.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures_util::future::{try_join, try_join4, try_join5};
use jiff::Timestamp;
use jiff_diesel::Timestamp as SqlTimestamp;
use uuid::Uuid;

use super::row::Row;
use super::scope::TicketScope;
use super::{request, slip};
use crate::db::attachment::{self, flag_reader};
use crate::db::cached::cached;
use crate::db::schema::{accounts, findings, reports, ticket_assignments, tickets};
use crate::db::{Conn, DbError, duty, integrity};
use crate::domain::duty::Answering;
use crate::domain::integrity::IntegrityFlag;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::projection::{Earlier, Person, TicketPhoto};
use crate::domain::ticket::request::Request;
use crate::domain::ticket::supervision::Slip;

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
    #[diesel(sql_type = Bool)]
    flagged: bool,
}

/// Photos of the findings (its own and those merged into it), then those that came with commands, oldest first.
const PHOTOS: &str = "\
SELECT coalesce(t.master_id, t.id) AS ticket_id, 'before' AS role, a.photo_key, a.id AS aid, a.account_id, \
       a.stored_at IS NOT NULL AS stored, a.rendition, false AS office_only, 0 AS seq, t.created_at, fa.ordinal, \
       EXISTS (SELECT FROM attachment_flags g WHERE g.attachment_id = a.id) AS flagged, t.master_id IS NOT NULL AS merged \
  FROM tickets t JOIN finding_attachments fa ON fa.finding_id = t.finding_id \
  JOIN attachments a ON a.id = fa.attachment_id \
 WHERE t.id = ANY ($1) OR t.master_id = ANY ($1) \
UNION ALL \
SELECT ta.ticket_id, ta.role, a.photo_key, a.id, a.account_id, a.stored_at IS NOT NULL, a.rendition, e.office_only, ta.seq, a.created_at, \
       ta.ordinal, EXISTS (SELECT FROM attachment_flags g WHERE g.attachment_id = a.id), false \
  FROM ticket_attachments ta JOIN attachments a ON a.id = ta.attachment_id \
  JOIN ticket_events e ON e.ticket_id = ta.ticket_id AND e.seq = ta.seq \
 WHERE ta.ticket_id = ANY ($1) \
 ORDER BY seq, created_at, merged, ordinal, photo_key";

/// What lies beside a ticket: of itself, not of the catalogue or the city.
#[derive(Debug, Default)]
pub struct Belongings {
    /// Names of cooperating units (配合单位).
    pub cooperating: Vec<String>,
    /// The report of its own finding.
    pub report_id: Option<Uuid>,
    /// When that was made, as far as can be told.
    pub seen_at: Option<Timestamp>,
    /// The ticket that it is a recurrence of.
    pub earlier: Option<Earlier>,
    /// The people of its place.
    pub answering: Vec<Answering>,
    /// Its photos, oldest first.
    pub photos: Vec<TicketPhoto>,
    /// Every request.
    pub requests: Vec<Request>,
    /// Every slip.
    pub slips: Vec<Slip>,
    /// Whoever works on it.
    pub assignee: Option<Person>,
    /// The mark of a faked rectification.
    pub integrity: Option<IntegrityFlag>,
}

/// What belongs to each of these tickets, as far as the scope holds it. The questions go out together: none waits for another's answer.
pub async fn belongings(
    conn: &Conn,
    scope: &TicketScope,
    tickets: &[Ticket],
) -> Result<HashMap<Uuid, Belongings>, DbError> {
    let ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.id).collect();
    let supervised = tickets.iter().filter(|ticket| ticket.supervision_level > 0);
    let supervised: Vec<Uuid> = supervised.map(|ticket| ticket.id).collect();
    let own = try_join5(
        cooperating(conn, &ids),
        origins(conn, tickets),
        duty::answering(conn, &ids),
        photos(conn, &ids),
        request::of_tickets(conn, &ids),
    );
    let rare = try_join4(
        earlier(conn, scope, tickets),
        slip::of_tickets(conn, &supervised),
        people(conn, tickets),
        integrity::of_tickets(conn, &ids),
    );
    let ((mut cooperating, origins, mut answering, mut photos, requests), rare) =
        try_join(own, rare).await?;
    let (mut earlier, slips, people, mut integrity) = rare;
    let mut requests = grouped(requests.into_iter().map(|it| (it.ticket_id, it)));
    let mut slips = grouped(slips.into_iter().map(|it| (it.ticket_id, it)));
    let of = |ticket: &Ticket| {
        let id = ticket.id;
        let origin = ticket.finding_id.and_then(|id| origins.get(&id).copied());
        let belongings = Belongings {
            cooperating: cooperating.remove(&id).unwrap_or_default(),
            report_id: origin.map(|(report, _)| report),
            seen_at: origin.map(|(_, seen_at)| seen_at),
            earlier: earlier.remove(&id),
            answering: answering.remove(&id).unwrap_or_default(),
            photos: photos.remove(&id).unwrap_or_default(),
            requests: requests.remove(&id).unwrap_or_default(),
            slips: slips.remove(&id).unwrap_or_default(),
            assignee: ticket.assignee_id.and_then(|id| people.get(&id).cloned()),
            integrity: integrity.remove(&id),
        };
        (id, belongings)
    };
    Ok(tickets.iter().map(of).collect())
}

async fn cooperating(mut conn: &Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>, DbError> {
    let rows: Vec<(Uuid, String)> = ticket_assignments::table
        .filter(ticket_assignments::ticket_id.eq_any(ids))
        .filter(ticket_assignments::role.eq("cooperating"))
        .filter(ticket_assignments::until.is_null())
        .order(ticket_assignments::unit_name)
        .select((ticket_assignments::ticket_id, ticket_assignments::unit_name))
        .load(&mut conn)
        .await?;
    Ok(grouped(rows))
}

async fn people(mut conn: &Conn, tickets: &[Ticket]) -> Result<HashMap<Uuid, Person>, DbError> {
    let ids: BTreeSet<Uuid> = tickets.iter().filter_map(|t| t.assignee_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::display_name))
        .load(&mut conn)
        .await?;
    let people = rows.into_iter().map(|(id, name)| (id, Person { id, name }));
    Ok(people.collect())
}

/// The reports of tickets by their findings, and when each was made, as far as can be told.
async fn origins(
    mut conn: &Conn,
    tickets: &[Ticket],
) -> Result<HashMap<Uuid, (Uuid, Timestamp)>, DbError> {
    let ids: Vec<Uuid> = tickets
        .iter()
        .filter_map(|ticket| ticket.finding_id)
        .collect();
    type Origin = (Uuid, Uuid, Option<SqlTimestamp>, SqlTimestamp);
    let rows: Vec<Origin> = findings::table
        .inner_join(reports::table)
        .filter(findings::id.eq_any(ids))
        .select((
            findings::id,
            findings::report_id,
            reports::captured_at,
            reports::received_at,
        ))
        .load(&mut conn)
        .await?;
    let origin = |(finding, report, captured, received): Origin| {
        (finding, (report, captured.unwrap_or(received).to_jiff()))
    };
    Ok(rows.into_iter().map(origin).collect())
}

/// What these tickets are recurrences of, within the scope.
async fn earlier(
    mut conn: &Conn,
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
    let rows: Vec<Row> = scope.filter(query).load(&mut conn).await?;
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

/// With their flags, where they have any.
async fn photos(mut conn: &Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<TicketPhoto>>, DbError> {
    let rows: Vec<PhotoRow> = cached(PHOTOS)
        .bind::<Array<SqlUuid>, _>(ids)
        .load(&mut conn)
        .await?;
    let flagged = rows.iter().filter(|row| row.flagged);
    let flagged: Vec<Uuid> = flagged.map(|row| row.aid).collect();
    let flags = match flagged.is_empty() {
        true => HashMap::new(),
        false => flag_reader::all(conn, &flagged).await?,
    };
    Ok(grouped(rows.into_iter().map(|row| {
        let photo = TicketPhoto {
            flags: flags.get(&row.aid).cloned().unwrap_or_default(),
            photo_key: row.photo_key,
            aid: row.aid,
            account_id: row.account_id,
            role: attachment::role(&row.role),
            stored: row.stored,
            rendition: row.rendition,
            office_only: row.office_only,
        };
        (row.ticket_id, photo)
    })))
}

fn grouped<T>(rows: impl IntoIterator<Item = (Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (id, value) in rows {
        groups.entry(id).or_default().push(value);
    }
    groups
}
