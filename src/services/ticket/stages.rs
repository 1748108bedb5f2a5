//! Who held a ticket in which stage, for how long: the office and the auditor see all of it, a unit what was its own.

use uuid::Uuid;

use crate::db;
use crate::db::ticket::TicketScope;
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::ticket::stages::{Span, spans};
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// The spans of a ticket that the caller may know of.
///
/// # Errors
/// `forbidden` to inspectors and sponsors; `not_found`.
pub async fn read_stages(svc: &Services, actor: &Actor, id: Uuid) -> Result<Vec<Span>> {
    require(actor, Action::ReadStageTimes)?;
    let mut conn = svc.conn().await?;
    db::ticket::find(&conn, &TicketScope::of_trail(actor), id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))?;
    let events = db::ticket::event::trail(&mut conn, id).await?;
    let reference = svc.reference.current(&mut conn).await?;
    let mut spans = spans(&events, svc.now(), |unit| reference.calendar(unit));
    if actor.role == Role::Officer {
        spans.retain(|span| span.holder.unit_id.is_some_and(|unit| actor.acts_for(unit)));
    }
    Ok(spans)
}
