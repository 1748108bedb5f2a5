//! Switching a unit off (停用单位). Not while it leads open tickets or stands above units that work: they come first.

use uuid::Uuid;

use crate::db::{self, AsyncConnection as _};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::sync::Collection;
use crate::domain::unit::Unit;
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// The unit works no more: nothing is routed to it. Importing it again switches it on. Safe to repeat.
///
/// # Errors
/// `forbidden`, `not_found`; `unit_leads_open_tickets` with how many; `unit_has_units` with how many.
pub async fn switch_off_unit(svc: &Services, actor: &Actor, id: Uuid) -> Result<Unit> {
    require(actor, Action::ChangeReference)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        // Nobody is giving it a ticket meanwhile: whoever does holds this lock until it is done.
        db::feed::move_readers(conn).await?;
        db::reference::lock_imports(conn).await?;
        let now = svc.now();
        let mut unit = db::unit::get(conn, id)
            .await?
            .ok_or_else(|| Error::new(Code::NotFound))?;
        if unit.valid_until.is_some() {
            return Ok(unit);
        }
        let led = db::handover::count_led(conn, id).await?;
        if led > 0 {
            return Err(Error::new(Code::UnitLeadsOpenTickets).member("open_tickets", led));
        }
        let below = db::unit::count_below(conn, id).await?;
        if below > 0 {
            return Err(Error::new(Code::UnitHasUnits).member("units", below));
        }
        unit.valid_until = Some(now);
        db::unit::end(conn, id, now).await?;
        db::feed::reference(conn, Collection::Units, &[], &[id]).await?;
        Ok(unit)
    })
    .await
}
