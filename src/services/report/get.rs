//! Reading a report back: by the inspector who sent it, or by the office.

use uuid::Uuid;

use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::report::Report;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// A report that the caller may know of.
///
/// # Errors
/// `not_found` for another inspector's.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<Report> {
    require(actor, Action::ReadReport)?;
    let sent_by = (actor.role == Role::Inspector).then_some(actor.account_id);
    let mut conn = svc.conn().await?;
    db::report::find(&mut conn, id, sent_by)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}
