//! Supervision slips (督办单): for the office all of them, for a unit those of the tickets that it leads.

use jiff::Timestamp;

use crate::db::ticket::slip::{SlipFilter, SlipKey, page};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::ticket::projection::{SlipView, TicketView, project_slips};
use crate::services::error::Result;
use crate::services::state::Services;
use crate::services::ticket::inbox::{bounds, tickets_by_id};

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct SlipsQuery {
    /// 督办级别.
    pub level: Option<u32>,
    /// Replied to, or not.
    pub replied: Option<bool>,
    /// Only those whose reply is missing and was due.
    pub overdue: bool,
    /// Code of a unit: of tickets led by it or by one below it.
    pub unit: Option<String>,
    /// Code of a district.
    pub district: Option<String>,
    /// Number of a digest that they are in.
    pub digest: Option<String>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
}

/// A slip with its ticket.
#[derive(Debug)]
pub struct SlipRow {
    /// The slip.
    pub slip: SlipView,
    /// Its ticket, as the caller may see it.
    pub ticket: TicketView,
}

/// A page of slips, latest first.
///
/// # Errors
/// `forbidden`, `list_cursor_invalid`.
pub async fn list_slips(svc: &Services, actor: &Actor, query: SlipsQuery) -> Result<Page<SlipRow>> {
    require(actor, Action::ReadSlips)?;
    let after: Option<SlipKey> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    if after.is_some_and(|(issued_at, _)| issued_at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let now = svc.now();
    let mut conn = svc.conn().await?;
    let filter = SlipFilter {
        level: query
            .level
            .map(|level| i32::try_from(level).unwrap_or(i32::MAX)),
        replied: query.replied,
        late_at: query.overdue.then_some(now),
        units: bounds(&mut conn, actor, query.unit.as_deref()).await?,
        district: query.district,
        digest: query.digest,
        office: actor.role.is_office(),
    };
    let rows = page(&mut conn, &filter, after, i64::from(query.limit) + 1).await?;
    let page = Page::cut(rows, query.limit, |slip| (slip.issued_at, slip.id));
    let ids = page.items.iter().map(|slip| slip.ticket_id).collect();
    let tickets = tickets_by_id(svc, &mut conn, actor, ids).await?;
    let row = |slip: SlipView| {
        let id = slip.slip.ticket_id;
        let ticket = tickets.iter().find(|ticket| ticket.id == id)?.clone();
        Some(SlipRow { slip, ticket })
    };
    let slips = project_slips(page.items, actor.role.is_office(), now);
    Ok(Page {
        items: slips.into_iter().filter_map(row).collect(),
        next_cursor: page.next_cursor,
    })
}
