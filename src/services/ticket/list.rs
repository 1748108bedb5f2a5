//! Lists of tickets within the caller's scope.

use futures_util::future::try_join;
use jiff::Timestamp;

use super::view::views;
use crate::db::cached::plan_once;
use crate::db::reference::Stamps;
use crate::db::ticket::TicketScope;
use crate::db::ticket::list::{ListKey, TicketFilter, page};
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::evidence::flags::Flag;
use crate::domain::geo::BoundingBox;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::text::Text;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::projection::TicketView;
use crate::services::error::{Code, Error, Result};
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
    /// Worked on by the caller (经办人).
    pub assigned_to_me: bool,
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
        assignee: query.assigned_to_me.then_some(actor.account_id),
        stage_due_before: None,
        overdue_at: query.overdue.then_some(now),
        bbox: query.bbox,
        words: query.words,
        flags: query.flags,
        recurrence: query.recurrence,
    };
    let (scope, limit) = (TicketScope::of(actor), i64::from(query.limit) + 1);
    let first = async |conn: &Conn| {
        let page = page(conn, &scope, &filter, after, limit);
        try_join(page, db::reference::stamps(conn)).await
    };
    let (rows, stamps) = db::transaction::begin(&mut conn, first).await?;
    let page = Page::cut(rows, query.limit, |ticket| (ticket.listed_at, ticket.id));
    let seen = see(svc, &mut conn, actor, page, stamps, now).await;
    db::transaction::end(&mut conn, seen).await
}

/// A page as the caller may see it.
async fn see(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    page: Page<Ticket>,
    stamps: Stamps,
    now: Timestamp,
) -> Result<Page<TicketView>> {
    let reference = svc.reference.as_of(conn, stamps).await?;
    // Each page has a plan of its own; what lies beside tickets has one.
    let planned_once = async { Ok(plan_once(conn).await?) };
    let views = views(&reference, conn, actor, page.items, now);
    let ((), items) = try_join(planned_once, views).await?;
    Ok(Page {
        items,
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
    if actor.role == Role::Inspector && query.assigned_to_me {
        return refuse("督查员不能按经办人筛选", "assignee is not for inspectors");
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
