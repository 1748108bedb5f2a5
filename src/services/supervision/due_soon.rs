//! What is due soon (即将到期清单): tickets whose clock runs and that have no more than so many work hours left, counted by their own
//! unit's calendar.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db;
use crate::db::ticket::overdue::OverdueFilter;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::text::Text;
use crate::domain::ticket::overdue::DueTicket;
use crate::services::error::Result;
use crate::services::state::Services;

/// What to list.
#[derive(Debug, Clone)]
pub struct DueSoonQuery {
    /// At most so much work time left.
    pub work_hours: u16,
    /// Code of a district.
    pub district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
    /// Code of an item.
    pub item: Option<String>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows on a page.
    pub limit: u32,
}

/// A ticket that is due soon.
#[derive(Debug)]
pub struct DueSoonRow {
    /// The ticket.
    pub ticket: DueTicket,
    /// Name of its item.
    pub item_name: Text,
    /// Work time left, in seconds.
    pub remaining_work_s: i64,
}

/// Order of the list, and the instant that the first page was pulled at.
#[derive(Serialize, Deserialize)]
struct Key {
    now: Timestamp,
    due_at: Timestamp,
    id: Uuid,
}

/// A page of the list, soonest first, and the instant it counts from.
///
/// # Errors
/// `list_cursor_invalid`.
pub async fn due_soon(
    svc: &Services,
    actor: &Actor,
    query: DueSoonQuery,
) -> Result<(Timestamp, Page<DueSoonRow>)> {
    require(actor, Action::ReadOverdue)?;
    let key: Option<Key> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    if key
        .as_ref()
        .is_some_and(|key| key.due_at < key.now || key.now < Timestamp::UNIX_EPOCH)
    {
        return Err(InvalidCursor.into());
    }
    let now = key.as_ref().map_or_else(|| svc.now(), |key| key.now);
    let mut conn = svc.conn().await?;
    let reference = svc.reference.current(&mut conn).await?;
    let units: Vec<Uuid> = match &query.unit {
        Some(code) => db::unit::subtree_of_code(&mut conn, code).await?,
        None => reference.units.ids().collect(),
    };
    // Deadlines are whole seconds: what has a second more to go is not due within so many hours.
    let within = SignedDuration::from_hours(query.work_hours.into()) + SignedDuration::from_secs(1);
    let soon = units.into_iter().map(|unit| {
        let end = reference.calendar(Some(unit)).add_work_time(now, within);
        (unit, end.at)
    });
    let filter = OverdueFilter {
        district: query.district,
        item: query.item,
        ..OverdueFilter::default()
    };
    let tickets = db::ticket::overdue::due_soon(
        &mut conn,
        now,
        &soon.collect::<Vec<_>>(),
        &filter,
        key.map(|key| (key.due_at, key.id)),
        i64::from(query.limit) + 1,
    )
    .await?;
    let page = Page::cut(tickets, query.limit, |ticket| Key {
        now,
        due_at: ticket.due.at,
        id: ticket.id,
    });
    let mut items = Vec::with_capacity(page.items.len());
    for ticket in page.items {
        let calendar = reference.calendar(ticket.lead.as_ref().map(|lead| lead.id));
        items.push(DueSoonRow {
            remaining_work_s: calendar.work_time_between(now, ticket.due.at).as_secs(),
            item_name: reference.item_name(&ticket.item)?,
            ticket,
        });
    }
    let page = Page {
        items,
        next_cursor: page.next_cursor,
    };
    Ok((now, page))
}
