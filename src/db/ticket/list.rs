//! Pages of tickets within a scope, newest first, and of those at a stage, longest owed first.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Double, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::row::Row;
use super::scope::TicketScope;
use crate::db::schema::tickets;
use crate::db::{Conn, DbError};
use crate::domain::evidence::flags::Flag;
use crate::domain::geo::BoundingBox;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    /// In these states; empty: in any.
    pub states: Vec<State>,
    /// Led by one of these units.
    pub units: Option<Vec<Uuid>>,
    /// In this district.
    pub district: Option<String>,
    /// Of this item.
    pub item: Option<String>,
    /// Worked on by this account.
    pub assignee: Option<Uuid>,
    /// Should have left its stage before this instant.
    pub stage_due_before: Option<Timestamp>,
    /// Overdue at this instant.
    pub overdue_at: Option<Timestamp>,
    /// Within these corners.
    pub bbox: Option<BoundingBox>,
    /// Number or words of the description.
    pub words: Option<String>,
    /// With a photo on which one of these flags is; empty: whatever its photos are.
    pub flags: Vec<Flag>,
    /// Of a fault that had a ticket before, of which the caller may know.
    pub recurrence: bool,
}

/// Order of [`page`]: `listed_at`, then id.
pub type ListKey = (Timestamp, Uuid);

/// At most `limit` tickets after a key, latest listed first.
pub async fn page(
    conn: &Conn,
    scope: &TicketScope,
    filter: &TicketFilter,
    after: Option<ListKey>,
    limit: i64,
) -> Result<Vec<Ticket>, DbError> {
    let mut query = narrowed(scope, filter)
        .order((tickets::listed_at.desc(), tickets::id.desc()))
        .limit(limit);
    if let Some((listed_at, id)) = after {
        query = query.filter(
            sql::<Bool>("(tickets.listed_at, tickets.id) < (")
                .bind::<Timestamptz, _>(listed_at.to_diesel())
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(")"),
        );
    }
    load(conn, query).await
}

/// Order of lists by deadline: the deadline, then id.
pub type DueKey = (Timestamp, Uuid);

/// At most `limit` tickets in a stage with a limit after a key, those first that should have left it first.
pub async fn stage_page(
    conn: &Conn,
    scope: &TicketScope,
    filter: &TicketFilter,
    after: Option<DueKey>,
    limit: i64,
) -> Result<Vec<Ticket>, DbError> {
    let mut query = narrowed(scope, filter)
        .filter(tickets::stage_due_at.is_not_null())
        .order((tickets::stage_due_at.asc(), tickets::id.asc()))
        .limit(limit);
    if let Some((due_at, id)) = after {
        query = query.filter(
            sql::<Bool>("(tickets.stage_due_at, tickets.id) > (")
                .bind::<Timestamptz, _>(due_at.to_diesel())
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(")"),
        );
    }
    load(conn, query).await
}

async fn load(mut conn: &Conn, query: super::scope::Query<'_>) -> Result<Vec<Ticket>, DbError> {
    let rows: Vec<Row> = query.load(&mut conn).await?;
    rows.into_iter().map(Ticket::try_from).collect()
}

fn narrowed<'a>(scope: &TicketScope, filter: &TicketFilter) -> super::scope::Query<'a> {
    let mut query = scope.filter(tickets::table.select(Row::as_select()).into_boxed());
    if !filter.states.is_empty() {
        let words: Vec<&'static str> = filter.states.iter().map(|state| state.as_str()).collect();
        query = query.filter(tickets::state.eq_any(words));
    }
    if let Some(units) = &filter.units {
        query = query.filter(tickets::lead_unit_id.eq_any(units.clone()));
    }
    if let Some(district) = &filter.district {
        query = query.filter(tickets::district_code.eq(district.clone()));
    }
    if let Some(item) = &filter.item {
        query = query.filter(tickets::item.eq(item.clone()));
    }
    if let Some(assignee) = filter.assignee {
        query = query.filter(tickets::assignee_id.eq(assignee));
    }
    if let Some(before) = filter.stage_due_before {
        query = query.filter(tickets::stage_due_at.lt(before.to_diesel()));
    }
    if let Some(at) = filter.overdue_at {
        query = overdue_at(query, at);
    }
    if let Some(bbox) = filter.bbox {
        query = query.filter(
            sql::<Bool>("(tickets.lat BETWEEN ")
                .bind::<Double, _>(bbox.south)
                .sql(" AND ")
                .bind::<Double, _>(bbox.north)
                .sql(" AND tickets.lon BETWEEN ")
                .bind::<Double, _>(bbox.west)
                .sql(" AND ")
                .bind::<Double, _>(bbox.east)
                .sql(")"),
        );
    }
    if let Some(number) = filter.words.as_ref().filter(|words| is_whole_number(words)) {
        query = query.filter(tickets::number.eq(number.clone()));
    } else if let Some(words) = &filter.words {
        let pattern = format!("%{}%", escape_like(words));
        query = query.filter(
            tickets::number
                .ilike(pattern.clone())
                .assume_not_null()
                .or(tickets::text.ilike(pattern)),
        );
    }
    if filter.recurrence {
        query = scope.recurring(query);
    }
    if !filter.flags.is_empty() {
        let words: Vec<&'static str> = filter.flags.iter().map(|flag| flag.as_str()).collect();
        query = query.filter(
            sql::<Bool>(
                "tickets.id IN (SELECT p.ticket_id FROM attachment_flags f JOIN ticket_photos p USING (attachment_id) \
                  WHERE f.flag = ANY (",
            )
            .bind::<Array<Text>, _>(words)
            .sql("))"),
        );
    }
    query
}

/// `Ticket::is_overdue_at`, in SQL.
fn overdue_at(query: super::scope::Query<'_>, at: Timestamp) -> super::scope::Query<'_> {
    query.filter(
        sql::<Bool>(
            "overdue_after(tickets.state, tickets.due_at, tickets.submitted_at, tickets.photos_due_at) < ",
        )
        .bind::<Timestamptz, _>(at.to_diesel()),
    )
}

/// Whether a search is for one ticket by its whole 台账编号, such as `2026-000123`: the index knows it, and no description is read.
fn is_whole_number(words: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = words.split_once('-');
    parts.is_some_and(|(year, running)| {
        year.len() == 4 && running.len() >= 6 && digits(year) && digits(running)
    })
}

fn escape_like(words: &str) -> String {
    words
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
