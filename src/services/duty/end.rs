//! Ending a duty.

use uuid::Uuid;

use crate::db::{self, AsyncConnection as _};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::duty::Duty;
use crate::services::error::{Code, Error, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;

/// Ends a duty now. Tickets dispatched before keep showing who had it.
///
/// # Errors
/// `forbidden`; `not_found`; `duty_ended` when it has ended before.
pub async fn end(svc: &Services, actor: &Actor, id: Uuid) -> Result<Duty> {
    require(actor, Action::ChangeReference)?;
    let mut conn = svc.conn().await?;
    let now = as_stored(svc.now());
    conn.transaction(async |conn| {
        let ended = db::duty::end(conn, id, actor.account_id, now).await?;
        let duty = db::duty::find(conn, id).await?;
        let duty = duty.ok_or_else(|| Error::new(Code::NotFound))?;
        if ended {
            Ok(duty)
        } else {
            Err(Error::new(Code::DutyEnded))
        }
    })
    .await
}
