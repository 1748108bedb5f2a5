//! What was asked of the office for tickets (待办申请): for those who decide, and for units what they themselves wait for.

use jiff::Timestamp;

use super::view::views;
use crate::db::ticket::TicketScope;
use crate::db::ticket::request::{RequestFilter, RequestKey, page};
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::ticket::projection::{RequestView, TicketView, project_requests};
use crate::domain::ticket::request::{Request, RequestKind, RequestState};
use crate::services::error::Result;
use crate::services::state::Services;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct InboxQuery {
    /// In these states; empty: in any.
    pub states: Vec<RequestState>,
    /// Of these kinds; empty: of any.
    pub kinds: Vec<RequestKind>,
    /// Code of a unit: of tickets led by it or by one below it.
    pub unit: Option<String>,
    /// Code of a district.
    pub district: Option<String>,
    /// Only those that should have been decided by now.
    pub overdue: bool,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
}

/// A request with its ticket.
#[derive(Debug)]
pub struct InboxRow {
    /// The request.
    pub request: RequestView,
    /// Its ticket, as the caller may see it.
    pub ticket: TicketView,
}

/// A page of requests, oldest first: the office's are all, a unit's those of the tickets that it leads.
///
/// # Errors
/// `forbidden`, `list_cursor_invalid`.
pub async fn list_requests(
    svc: &Services,
    actor: &Actor,
    query: InboxQuery,
) -> Result<Page<InboxRow>> {
    require(actor, Action::ReadRequests)?;
    let after: Option<RequestKey> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    if after.is_some_and(|(asked_at, _)| asked_at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let filter = RequestFilter {
        units: bounds(&mut conn, actor, query.unit.as_deref()).await?,
        states: query.states,
        kinds: query.kinds,
        district: query.district,
        due_before: query.overdue.then(|| svc.now()),
        office: actor.role.is_office(),
    };
    let rows = page(&mut conn, &filter, after, i64::from(query.limit) + 1).await?;
    let page = Page::cut(rows, query.limit, |request| (request.asked_at, request.id));
    Ok(Page {
        items: with_tickets(svc, &mut conn, actor, page.items).await?,
        next_cursor: page.next_cursor,
    })
}

/// Units of which one must lead the ticket: the caller's own, unless it is the office, and what it asks for.
pub(in crate::services) async fn bounds(
    conn: &mut Conn,
    actor: &Actor,
    asked: Option<&str>,
) -> Result<Vec<Vec<uuid::Uuid>>> {
    let mut bounds = Vec::new();
    if !actor.role.is_office() {
        let unit = actor.unit.as_ref();
        bounds.push(unit.map(|unit| unit.subtree.clone()).unwrap_or_default());
    }
    if let Some(code) = asked {
        bounds.push(db::unit::subtree_of_code(conn, code).await?);
    }
    Ok(bounds)
}

async fn with_tickets(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    requests: Vec<Request>,
) -> Result<Vec<InboxRow>> {
    let ids = requests.iter().map(|request| request.ticket_id).collect();
    let tickets = tickets_by_id(svc, conn, actor, ids).await?;
    let requests = project_requests(requests, actor.role.is_office());
    let row = |request: RequestView| {
        let id = request.request.ticket_id;
        let ticket = tickets.iter().find(|ticket| ticket.id == id)?.clone();
        Some(InboxRow { request, ticket })
    };
    Ok(requests.into_iter().filter_map(row).collect())
}

/// These tickets, as far as the caller may know of them.
pub(in crate::services) async fn tickets_by_id(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    ids: Vec<uuid::Uuid>,
) -> Result<Vec<TicketView>> {
    let tickets = db::ticket::find_all(conn, &TicketScope::of(actor), &ids).await?;
    let reference = svc.reference.current(conn).await?;
    views(&reference, conn, actor, tickets, svc.now()).await
}
