//! Tickets: the row, and reading and writing it whole. Lists, trails and what belongs to a ticket are in the files below.
//! Whatever a caller is answered goes through a [`TicketScope`]: a forgotten check finds nothing.

pub mod assignment;
pub mod event;
pub mod footing;
pub mod ledger;
pub mod list;
pub mod many;
pub mod map;
pub mod near;
pub mod overdue;
pub mod record;
pub mod request;
pub(in crate::db) mod row;
pub mod scope;
pub mod slip;
pub mod tally;

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use uuid::Uuid;

use self::row::Row;
pub use self::scope::TicketScope;
use super::cached::{Unvarying, cached, insert_new};
use super::schema::tickets;
use super::{Conn, DbError};
use crate::domain::ticket::Ticket;

/// Writes new tickets.
pub async fn insert<'a>(
    conn: &Conn,
    new: impl IntoIterator<Item = &'a Ticket>,
) -> Result<(), DbError> {
    let rows: Vec<Row> = new.into_iter().map(Row::from).collect();
    insert_new!(conn, tickets, rows)
}

/// Writes a ticket back, whole. The caller holds its lock.
pub async fn update(mut conn: &Conn, ticket: &Ticket) -> Result<(), DbError> {
    let written = diesel::update(tickets::table.find(ticket.id)).set(Row::from(ticket));
    Unvarying(written).execute(&mut conn).await.map(|_| ())
}

/// Reads a ticket within a scope.
pub async fn find(
    mut conn: &Conn,
    scope: &TicketScope,
    id: Uuid,
) -> Result<Option<Ticket>, DbError> {
    let query = tickets::table
        .filter(tickets::id.eq(id))
        .select(Row::as_select())
        .into_boxed();
    let row = scope.filter(query).first(&mut conn).await.optional()?;
    row.map(Ticket::try_from).transpose()
}

/// Locks a ticket until the transaction ends. What it is, is asked once the lock is held. On a connection of a pool, as by
/// [`hold_readers`](super::feed::hold_readers).
pub async fn hold(mut conn: &Conn, id: Uuid) -> Result<(), DbError> {
    let hold = format!("EXECUTE hold_ticket('{id}')");
    conn.batch_execute(&hold).await
}

pub(super) const HOLD: &str = "SELECT FROM tickets WHERE id = $1 FOR UPDATE";

/// Reads a ticket whose lock the caller holds, within a scope: without asking for the scope, where the ticket itself tells.
pub async fn find_held(
    conn: &Conn,
    scope: &TicketScope,
    id: Uuid,
) -> Result<Option<Ticket>, DbError> {
    if matches!(scope, TicketScope::Inspector { .. }) {
        return find(conn, scope, id).await;
    }
    match find(conn, &TicketScope::All, id).await? {
        Some(ticket) => within(conn, scope, ticket).await,
        None => Ok(None),
    }
}

async fn within(
    conn: &Conn,
    scope: &TicketScope,
    ticket: Ticket,
) -> Result<Option<Ticket>, DbError> {
    match scope.holds(&ticket) {
        Some(held) => Ok(held.then_some(ticket)),
        None => find(conn, scope, ticket.id).await,
    }
}

/// Reads a ticket within a scope and locks it until the transaction ends. What is in scope is asked once the lock is held.
pub async fn lock(
    mut conn: &Conn,
    scope: &TicketScope,
    id: Uuid,
) -> Result<Option<Ticket>, DbError> {
    let locked: Option<Row> = tickets::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(&mut conn)
        .await
        .optional()?;
    match locked.map(Ticket::try_from).transpose()? {
        Some(ticket) => within(conn, scope, ticket).await,
        None => Ok(None),
    }
}

/// Whether any of these tickets is in scope.
pub async fn any_visible(
    conn: &mut Conn,
    scope: &TicketScope,
    ids: &[Uuid],
) -> Result<bool, DbError> {
    let query = tickets::table
        .filter(tickets::id.eq_any(ids))
        .select(Row::as_select())
        .into_boxed();
    let found = scope.filter(query).limit(1).load(conn).await?;
    Ok(!found.is_empty())
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The next numbers of the city's tickets, from 1.
pub async fn next_numbers(mut conn: &Conn, count: usize) -> Result<Vec<i64>, DbError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let rows: Vec<NumberRow> =
        cached("SELECT nextval('ticket_numbers') AS number FROM generate_series(1, $1)")
            .bind::<BigInt, _>(i64::try_from(count).unwrap_or(i64::MAX))
            .load(&mut conn)
            .await?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// Reads those of these tickets that are in scope, in any order.
pub async fn find_all(
    mut conn: &Conn,
    scope: &TicketScope,
    ids: &[Uuid],
) -> Result<Vec<Ticket>, DbError> {
    let query = tickets::table
        .filter(tickets::id.eq_any(ids))
        .select(Row::as_select())
        .into_boxed();
    let found = scope.filter(query).load::<Row>(&mut conn).await?;
    found.into_iter().map(Ticket::try_from).collect()
}

/// Those of these tickets that are in scope.
pub async fn visible_among(
    conn: &Conn,
    scope: &TicketScope,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, DbError> {
    let found = find_all(conn, scope, ids).await?;
    Ok(found.into_iter().map(|ticket| ticket.id).collect())
}

/// How many photos of the fault a ticket shows, here or still to come.
pub async fn count_before_photos(conn: &mut Conn, ticket_id: Uuid) -> Result<usize, DbError> {
    let row: NumberRow = cached(
        "SELECT count(*) AS number FROM ticket_photos WHERE ticket_id = $1 AND role = 'before'",
    )
    .bind::<SqlUuid, _>(ticket_id)
    .get_result(conn)
    .await?;
    Ok(usize::try_from(row.number).unwrap_or(usize::MAX))
}

/// Those of these tickets whose finding, or one that was merged into it, an account sent.
pub async fn reported_among(
    mut conn: &Conn,
    ids: &[Uuid],
    account_id: Uuid,
) -> Result<HashSet<Uuid>, DbError> {
    use super::schema::{findings, reports};
    let sightings: Vec<(Uuid, Option<Uuid>)> = tickets::table
        .inner_join(findings::table.inner_join(reports::table))
        .filter(
            tickets::id
                .eq_any(ids)
                .or(tickets::master_id.eq_any(ids).assume_not_null()),
        )
        .filter(reports::account_id.eq(account_id))
        .select((tickets::id, tickets::master_id))
        .load(&mut conn)
        .await?;
    let shown_by = sightings
        .into_iter()
        .flat_map(|(id, master)| master.into_iter().chain([id]));
    Ok(shown_by.collect())
}
