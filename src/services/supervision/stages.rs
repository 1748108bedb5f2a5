//! What is owed at a stage (各环节清单): for the office at every stage, for a unit what it has to acknowledge.

use jiff::Timestamp;

use crate::db;
use crate::db::ticket::TicketScope;
use crate::db::ticket::list::{DueKey, TicketFilter, stage_page};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::ticket::projection::TicketView;
use crate::domain::ticket::stage::Stage;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;
use crate::services::ticket::view::views;

/// What to list.
#[derive(Debug, Clone)]
pub struct StagesQuery {
    /// The stage.
    pub stage: Stage,
    /// Only those that should have left it by now.
    pub overdue: bool,
    /// Code of a unit: of tickets led by it or by one below it.
    pub unit: Option<String>,
    /// Code of a district.
    pub district: Option<String>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
}

/// A page of tickets in a stage, those first that should have left it first.
///
/// # Errors
/// `forbidden`, for a unit at every stage but its own; `list_cursor_invalid`.
pub async fn list_stage(
    svc: &Services,
    actor: &Actor,
    query: StagesQuery,
) -> Result<Page<TicketView>> {
    require(actor, Action::ReadStages)?;
    let office = actor.role.is_office();
    if !office && !query.stage.is_units() {
        return Err(Error::new(Code::Forbidden));
    }
    let after: Option<DueKey> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    if after.is_some_and(|(due_at, _)| due_at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let now = svc.now();
    let mut conn = svc.conn().await?;
    let mut units = match &query.unit {
        Some(code) => Some(db::unit::subtree_of_code(&mut conn, code).await?),
        None => None,
    };
    if !office {
        let own = actor.unit.as_ref().map(|unit| unit.subtree.clone());
        let own = own.unwrap_or_default();
        units = Some(match units {
            Some(asked) => asked.into_iter().filter(|id| own.contains(id)).collect(),
            None => own,
        });
    }
    let filter = TicketFilter {
        states: query.stage.states().to_vec(),
        units,
        district: query.district,
        stage_due_before: query.overdue.then_some(now),
        ..TicketFilter::default()
    };
    let scope = TicketScope::of(actor);
    let limit = i64::from(query.limit) + 1;
    let rows = stage_page(&conn, &scope, &filter, after, limit).await?;
    let page = Page::cut(rows, query.limit, |ticket| {
        (ticket.stage_due_at.unwrap_or(now), ticket.id)
    });
    let reference = svc.reference.current(&mut conn).await?;
    Ok(Page {
        items: views(&reference, &conn, actor, page.items, now).await?,
        next_cursor: page.next_cursor,
    })
}
