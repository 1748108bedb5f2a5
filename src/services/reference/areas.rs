//! Districts and zones in force, and whether the districts tile the city.

use std::collections::HashMap;

use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::geo::{Topology, topology};
use crate::domain::reference::Area;
use crate::domain::ticket::routing::UnitRef;
use crate::services::{Result, Services};

/// An area and the unit that answers for it.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaView {
    /// The area.
    pub area: Area,
    /// Its owner.
    pub owner: Option<UnitRef>,
}

/// Lists the areas in force by code, with their outlines if they are asked for.
///
/// # Errors
/// `forbidden`.
pub async fn list_areas(
    svc: &Services,
    actor: &Actor,
    with_geometry: bool,
) -> Result<Vec<AreaView>> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    let areas = if with_geometry {
        db::area::list_with_geometry(&mut conn).await?
    } else {
        db::area::list(&mut conn).await?
    };
    let ids: Vec<Uuid> = areas.iter().filter_map(|area| area.owner_unit_id).collect();
    let owners = db::unit::refs(&mut conn, &ids).await?.into_iter();
    let owners: HashMap<Uuid, UnitRef> = owners.map(|unit| (unit.id, unit)).collect();
    let views = areas.into_iter().map(|area| AreaView {
        owner: area.owner_unit_id.and_then(|id| owners.get(&id)).cloned(),
        area,
    });
    Ok(views.collect())
}

/// Gaps and overlaps of the districts in force (不留空当、不留死角).
///
/// # Errors
/// `forbidden`.
pub async fn read_topology(svc: &Services, actor: &Actor) -> Result<Topology> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    topology_in_force(svc, &mut conn).await
}

pub(super) async fn topology_in_force(svc: &Services, conn: &mut Conn) -> Result<Topology> {
    let areas = svc.reference.areas(conn).await?;
    let found = tokio::task::spawn_blocking(move || topology(areas.districts.areas())).await;
    Ok(found.map_err(anyhow::Error::from)?)
}
