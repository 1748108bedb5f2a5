//! Webhooks: endpoints of the office (an administrator's business) and of units (their officers'), and sending to them.

mod deliver;
mod endpoints;
mod log;

use uuid::Uuid;

use crate::db::webhook::Owner;
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::services::error::{Code, Error, Result};

pub use deliver::{deliver, forget};
pub use endpoints::{Change, Made, NewEndpoint, change, create, get, list, remove, rotate};
pub use log::{DeliveriesQuery, Replay, deliveries, ping, replay};

/// For what secrets of endpoints are sealed.
const PURPOSE: &str = "webhook secret";

/// Whose endpoints the caller's are: the office's for an administrator, its unit's for an officer.
fn owner(actor: &Actor) -> Result<Owner> {
    require(actor, Action::ManageWebhooks)?;
    match (actor.role, &actor.unit) {
        (Role::Admin, _) => Ok(None),
        (_, Some(unit)) => Ok(Some(unit.id)),
        (_, None) => Err(Error::new(Code::Forbidden)),
    }
}

fn there<T>(found: Option<T>) -> Result<T> {
    found.ok_or_else(|| Error::new(Code::NotFound))
}

/// An endpoint of the caller's, locked.
async fn lock(
    conn: &mut crate::db::Conn,
    owner: Owner,
    id: Uuid,
) -> Result<crate::domain::webhook::Endpoint> {
    there(crate::db::webhook::lock(conn, owner, id).await?)
}
