//! Listing duties.

use uuid::Uuid;

use crate::db;
use crate::db::duty::DutyKey;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::duty::{Duty, DutyFilter, DutyKind};
use crate::domain::page::{Page, decode_cursor};
use crate::services::error::Result;
use crate::services::state::Services;

/// Which duties.
#[derive(Debug, Clone, Default)]
pub struct DutiesQuery {
    /// What.
    pub kind: Option<DutyKind>,
    /// Code of a unit.
    pub unit: Option<String>,
    /// Id of a check point.
    pub point: Option<Uuid>,
    /// Code of an area.
    pub area: Option<String>,
    /// Only those that last, or only those that have ended.
    pub active: Option<bool>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
}

/// A page of duties, the latest first.
///
/// # Errors
/// `forbidden`, `list_cursor_invalid`.
pub async fn list(svc: &Services, actor: &Actor, query: DutiesQuery) -> Result<Page<Duty>> {
    require(actor, Action::ReadDuties)?;
    let after: Option<DutyKey> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let mut conn = svc.conn().await?;
    let unit_id = match &query.unit {
        Some(code) => {
            let reference = svc.reference.current(&mut conn).await?;
            let found = reference.units.find_by_code(code);
            Some(found.map_or(Uuid::nil(), |unit| unit.id))
        }
        None => None,
    };
    let filter = DutyFilter {
        kind: query.kind,
        unit_id,
        point_id: query.point,
        area: query.area,
        active: query.active,
    };
    let rows = db::duty::page(&mut conn, &filter, after, i64::from(query.limit) + 1).await?;
    Ok(Page::cut(rows, query.limit, |duty| {
        (duty.valid_from, duty.id)
    }))
}
