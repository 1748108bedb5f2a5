//! Official calendars as imported.

use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::calendar::CalendarData;
use crate::domain::reference::CalendarVersion;
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// Lists every import of a calendar, the one in force first.
///
/// # Errors
/// `forbidden`.
pub async fn list_calendars(svc: &Services, actor: &Actor) -> Result<Vec<CalendarVersion>> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    Ok(db::calendar::list(&mut conn).await?)
}

/// Reads the calendar in force.
///
/// # Errors
/// `forbidden`; `not_found` before the first import.
pub async fn read_current_calendar(
    svc: &Services,
    actor: &Actor,
) -> Result<(CalendarVersion, CalendarData)> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    db::calendar::find_current(&mut conn)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}
