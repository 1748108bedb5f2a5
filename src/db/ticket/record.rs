//! What belongs to tickets, for any number of them in a fixed number of queries.

use std::collections::{BTreeSet, HashMap};
use std::mem::take;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Record, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures_util::future::{try_join3, try_join4};
use jiff::Timestamp;
use jiff_diesel::Timestamp as SqlTimestamp;
use uuid::Uuid;

use super::row::Row;
use super::scope::TicketScope;
use super::{request, slip};
use crate::db::attachment::{self, flag_reader};
use crate::db::cached::cached;
use crate::db::schema::{accounts, tickets};
use crate::db::{Conn, DbError, integrity};
use crate::domain::integrity::IntegrityFlag;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::projection::{Earlier, Person, TicketPhoto};
use crate::domain::ticket::request::Request;
use crate::domain::ticket::supervision::Slip;

/// Role, key, id, sender, whether it is here, rendition, whether it is the office's own, whether it is flagged.
type PhotoRow = (String, Uuid, Uuid, Uuid, bool, String, bool, bool);

/// Photos of its finding, of findings merged into it, then those that came with commands, oldest first.
const PHOTOS: &str = "\
ARRAY(SELECT (p.role, p.photo_key, p.aid, p.account_id, p.stored, p.rendition, p.office_only, \
              EXISTS (SELECT FROM attachment_flags g WHERE g.attachment_id = p.aid)) \
        FROM (SELECT 'before' AS role, a.photo_key, a.id AS aid, a.account_id, a.stored_at IS NOT NULL AS stored, a.rendition, \
                     false AS office_only, 0 AS seq, t.created_at, false AS merged, fa.ordinal \
                FROM finding_attachments fa JOIN attachments a ON a.id = fa.attachment_id \
               WHERE fa.finding_id = t.finding_id \
              UNION ALL \
              SELECT 'before', a.photo_key, a.id, a.account_id, a.stored_at IS NOT NULL, a.rendition, \
                     false, 0, m.created_at, true, fa.ordinal \
                FROM tickets m JOIN finding_attachments fa ON fa.finding_id = m.finding_id \
                JOIN attachments a ON a.id = fa.attachment_id \
               WHERE m.master_id = t.id \
              UNION ALL \
              SELECT ta.role, a.photo_key, a.id, a.account_id, a.stored_at IS NOT NULL, a.rendition, \
                     e.office_only, ta.seq, a.created_at, false, ta.ordinal \
                FROM ticket_attachments ta JOIN attachments a ON a.id = ta.attachment_id \
                JOIN ticket_events e ON e.ticket_id = ta.ticket_id AND e.seq = ta.seq \
               WHERE ta.ticket_id = t.id) AS p \
       ORDER BY p.seq, p.created_at, p.merged, p.ordinal, p.photo_key) AS photos";

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

/// What belongs to each of these tickets, as far as the scope holds it. The questions go out together: none waits for another's answer,
/// but for what few tickets have.
pub async fn belongings(
    conn: &Conn,
    scope: &TicketScope,
    tickets: &[Ticket],
) -> Result<HashMap<Uuid, Belongings>, DbError> {
    let ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.id).collect();
    let supervised = tickets.iter().filter(|ticket| ticket.supervision_level > 0);
    let supervised: Vec<Uuid> = supervised.map(|ticket| ticket.id).collect();
    let (mut beside, mut earlier, slips, people) = try_join4(
        beside(conn, &ids),
        earlier(conn, scope, tickets),
        slip::of_tickets(conn, &supervised),
        people(conn, tickets),
    )
    .await?;
    let those = |having: fn(&BesideRow) -> bool| -> Vec<Uuid> {
        let rows = beside.iter().filter(|row| having(row));
        rows.map(|row| row.ticket_id).collect()
    };
    let (with_requests, flagged) = (those(|row| row.with_requests), those(|row| row.flagged));
    let (requests, mut integrity, mut photos) = try_join3(
        request::of_tickets(conn, &with_requests),
        integrity::of_tickets(conn, &flagged),
        photos(conn, &mut beside),
    )
    .await?;
    let mut requests = grouped(requests.into_iter().map(|it| (it.ticket_id, it)));
    let mut slips = grouped(slips.into_iter().map(|it| (it.ticket_id, it)));
    let mut beside: HashMap<Uuid, BesideRow> =
        beside.into_iter().map(|it| (it.ticket_id, it)).collect();
    let of = |ticket: &Ticket| {
        let id = ticket.id;
        let row = beside.remove(&id).ok_or(DbError::NotFound)?;
        let belongings = Belongings {
            cooperating: row.cooperating,
            report_id: row.report_id,
            seen_at: row.seen_at.map(SqlTimestamp::to_jiff),
            earlier: earlier.remove(&id),
            photos: photos.remove(&id).unwrap_or_default(),
            requests: requests.remove(&id).unwrap_or_default(),
            slips: slips.remove(&id).unwrap_or_default(),
            assignee: ticket.assignee_id.and_then(|id| people.get(&id).cloned()),
            integrity: integrity.remove(&id),
        };
        Ok((id, belongings))
    };
    tickets.iter().map(of).collect()
}

#[derive(QueryableByName)]
struct BesideRow {
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    report_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    seen_at: Option<SqlTimestamp>,
    #[diesel(sql_type = Array<Text>)]
    cooperating: Vec<String>,
    #[diesel(sql_type = Array<Record<(Text, SqlUuid, SqlUuid, SqlUuid, Bool, Text, Bool, Bool)>>)]
    photos: Vec<PhotoRow>,
    #[diesel(sql_type = Bool)]
    with_requests: bool,
    #[diesel(sql_type = Bool)]
    flagged: bool,
}

/// In one statement: each costs more than what it finds here. By keys, one ticket after the other, whatever PostgreSQL believes of the
/// tables' sizes.
static BESIDE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
SELECT beside.* FROM unnest($1) AS given (id) CROSS JOIN LATERAL (\
SELECT t.id AS ticket_id, r.id AS report_id, coalesce(r.captured_at, r.received_at) AS seen_at, \
       ARRAY(SELECT a.unit_name FROM ticket_assignments a \
              WHERE a.ticket_id = t.id AND a.role = 'cooperating' AND a.until IS NULL ORDER BY a.unit_name) AS cooperating, \
       {PHOTOS}, \
       EXISTS (SELECT FROM ticket_requests q WHERE q.ticket_id = t.id) AS with_requests, \
       EXISTS (SELECT FROM integrity_flags i WHERE i.ticket_id = t.id AND i.lifted_at IS NULL) AS flagged \
  FROM tickets t LEFT JOIN findings f ON f.id = t.finding_id LEFT JOIN reports r ON r.id = f.report_id \
 WHERE t.id = given.id OFFSET 0) AS beside"
    )
});

async fn beside(mut conn: &Conn, ids: &[Uuid]) -> Result<Vec<BesideRow>, DbError> {
    cached(BESIDE.as_str())
        .bind::<Array<SqlUuid>, _>(ids)
        .load(&mut conn)
        .await
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

/// The photos that were found beside them, with their flags, where they have any.
async fn photos(
    conn: &Conn,
    beside: &mut [BesideRow],
) -> Result<HashMap<Uuid, Vec<TicketPhoto>>, DbError> {
    let rows: Vec<(Uuid, Vec<PhotoRow>)> = beside
        .iter_mut()
        .map(|row| (row.ticket_id, take(&mut row.photos)))
        .collect();
    let all = rows.iter().flat_map(|(_, photos)| photos);
    let flagged = all.filter(|(.., flagged)| *flagged);
    let flagged: Vec<Uuid> = flagged.map(|(_, _, aid, ..)| *aid).collect();
    let flags = match flagged.is_empty() {
        true => HashMap::new(),
        false => flag_reader::all(conn, &flagged).await?,
    };
    let photo = |row: PhotoRow| {
        let (role, photo_key, aid, account_id, stored, rendition, office_only, _) = row;
        TicketPhoto {
            flags: flags.get(&aid).cloned().unwrap_or_default(),
            photo_key,
            aid,
            account_id,
            role: attachment::role(&role),
            stored,
            rendition,
            office_only,
        }
    };
    let of_ticket = |(id, rows): (Uuid, Vec<PhotoRow>)| (id, rows.into_iter().map(photo).collect());
    Ok(rows.into_iter().map(of_ticket).collect())
}

fn grouped<T>(rows: impl IntoIterator<Item = (Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (id, value) in rows {
        groups.entry(id).or_default().push(value);
    }
    groups
}
