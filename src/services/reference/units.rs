//! Units in force.

use uuid::Uuid;

use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::unit::{Unit, UnitKind, tree_order};
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// Which units are asked for.
#[derive(Debug, Clone, Default)]
pub struct UnitsQuery {
    /// Serving this district.
    pub district: Option<String>,
    /// Of this kind.
    pub kind: Option<UnitKind>,
}

/// Lists the units that work as a tree: each followed by those below it.
///
/// # Errors
/// `forbidden`.
pub async fn list_units(svc: &Services, actor: &Actor, query: UnitsQuery) -> Result<Vec<Unit>> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    let units = db::unit::list(&mut conn, query.district.as_deref(), query.kind).await?;
    Ok(tree_order(units))
}

/// Reads a unit, whether or not it still works.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn get_unit(svc: &Services, actor: &Actor, id: Uuid) -> Result<Unit> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    db::unit::get(&mut conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}
