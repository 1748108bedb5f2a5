//! Lists of tickets within the caller's scope.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::case::relation;
use super::suggest::suggestions;
use crate::db;
use crate::db::ticket::TicketScope;
use crate::db::ticket::list::{ListKey, TicketFilter, page};
use crate::db::ticket::record::complete;
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::evidence::flags::Flag;
use crate::domain::geo::BoundingBox;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::text::Text;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::projection::{Reader, TicketView, project};
use crate::domain::ticket::{Relation, Ticket, parties};
use crate::services::error::{Code, Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// In these states; empty: any.
    pub states: Vec<State>,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
    /// Code of a district.
    pub district: Option<String>,
    /// Code of an item.
    pub item: Option<String>,
    /// Overdue now.
    pub overdue: bool,
    /// Within these corners.
    pub bbox: Option<BoundingBox>,
    /// Number or words.
    pub words: Option<String>,
    /// With a photo on which one of these flags is; empty: whatever its photos are.
    pub flags: Vec<Flag>,
    /// Of a fault that had a ticket before.
    pub recurrence: bool,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
}

/// A page of tickets, latest first.
///
/// # Errors
/// `list_cursor_invalid`.
pub async fn list(svc: &Services, actor: &Actor, query: ListQuery) -> Result<Page<TicketView>> {
    require(actor, Action::ReadTickets)?;
    read(svc, actor, query).await
}

/// A page of what waits for a clerk, latest first.
///
/// # Errors
/// `list_cursor_invalid`.
pub async fn triage(svc: &Services, actor: &Actor, query: ListQuery) -> Result<Page<TicketView>> {
    require(actor, Action::ReadTriage)?;
    let query = ListQuery {
        states: vec![State::Triage],
        ..query
    };
    read(svc, actor, query).await
}

async fn read(svc: &Services, actor: &Actor, query: ListQuery) -> Result<Page<TicketView>> {
    let after: Option<ListKey> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    if after.is_some_and(|(listed_at, _)| listed_at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    refuse_filters(actor, &query)?;
    let mut conn = svc.conn().await?;
    let units = match &query.unit {
        Some(code) => Some(db::unit::subtree_of_code(&mut conn, code).await?),
        None => None,
    };
    let now = svc.now();
    let filter = TicketFilter {
        states: query.states,
        units,
        district: query.district,
        item: query.item,
        overdue_at: query.overdue.then_some(now),
        bbox: query.bbox,
        words: query.words,
        flags: query.flags,
        recurrence: query.recurrence,
    };
    let scope = TicketScope::of(actor);
    let rows = page(
        &mut conn,
        &scope,
        &filter,
        after,
        i64::from(query.limit) + 1,
    )
    .await?;
    let page = Page::cut(rows, query.limit, |ticket| (ticket.listed_at, ticket.id));
    let reference = svc.reference.current(&mut conn).await?;
    let mut views = Vec::with_capacity(page.items.len());
    let mut readers = Vec::with_capacity(page.items.len());
    for ticket in &page.items {
        readers.push(reader(&reference, &mut conn, actor, ticket).await?);
    }
    let mut suggested = match actor.role.is_office() {
        true => suggestions(&reference, &mut conn, &page.items, now).await?,
        false => HashMap::new(),
    };
    let records = complete(&mut conn, &scope, page.items).await?;
    for (mut record, reader) in records.into_iter().zip(readers) {
        record.suggestions = suggested.remove(&record.ticket.id).unwrap_or_default();
        let lead: Option<Uuid> = record.ticket.lead.as_ref().map(|lead| lead.id);
        views.push(project(record, &reader, &reference.calendar(lead), now));
    }
    Ok(Page {
        items: views,
        next_cursor: page.next_cursor,
    })
}

/// Refuses what a caller must not find out by asking.
fn refuse_filters(actor: &Actor, query: &ListQuery) -> Result<()> {
    let refuse = |zh: &'static str, en: &'static str| {
        let text = Text::new(zh, en);
        Err(Error::with_detail(Code::InvalidQuery, text))
    };
    // Who handles a ticket is not for inspectors, nor what became of the fault before.
    if actor.role == Role::Inspector && query.unit.is_some() {
        return refuse("督查员不能按单位筛选", "unit is not for inspectors");
    }
    if actor.role == Role::Inspector && query.recurrence {
        return refuse("督查员不能按反弹筛选", "recurrence is not for inspectors");
    }
    // Nor is a flag for those who handle it.
    if !actor.role.is_office() && !query.flags.is_empty() {
        return refuse("flag 仅供督查室使用", "flag is for the office");
    }
    Ok(())
}

/// Only for an inspector does it take a look at the database: what others are to a ticket is in the ticket itself.
async fn reader(
    reference: &Reference,
    conn: &mut db::Conn,
    actor: &Actor,
    ticket: &Ticket,
) -> Result<Reader> {
    let relation = match actor.role {
        Role::Inspector => relation(reference, conn, actor, ticket).await?,
        _ => Relation {
            reported_it: false,
            kin_of_lead: false,
            looks_back: false,
        },
    };
    Ok(Reader {
        role: actor.role,
        account_id: actor.account_id,
        reported_it: relation.reported_it,
        allowed: ticket.allowed(&parties(actor, ticket, relation)),
    })
}
