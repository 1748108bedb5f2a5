//! Districts and zones in force, whether the districts tile the city, and who answers for what they leave open.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::import;
use crate::db::reference::lock_imports;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::geo::{AreaKind, AreaShape, Datum, Defect, ParsedArea, topology};
use crate::domain::reference::Area;
use crate::domain::ticket::routing::UnitRef;
use crate::services::error::{Code, Error};
use crate::services::ticket::named_unit;
use crate::services::ticket::routing::to_ref;
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

/// What keeps the districts from tiling the city, with the zones that answer for it.
#[derive(Debug, Clone, PartialEq)]
pub struct TopologyView {
    /// Ground that no district holds, the largest first.
    pub gaps: Vec<DefectView>,
    /// Ground that two districts hold, the largest first.
    pub overlaps: Vec<DefectView>,
}

/// A gap or overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct DefectView {
    /// What it is called by, as long as its outline stays.
    pub name: String,
    /// Where it is.
    pub defect: Defect,
    /// The unit of the zone that was made of it.
    pub owner: Option<UnitRef>,
}

/// Who is to answer for a gap or overlap.
#[derive(Debug, Clone)]
pub struct DefectOwner {
    /// Code of the unit.
    pub unit: String,
    /// What the zone is called in Chinese,
    pub name_zh: String,
    /// and in English; may be empty.
    pub name_en: String,
}

/// Gaps and overlaps of the districts in force (不留空当、不留死角).
///
/// # Errors
/// `forbidden`.
pub async fn read_topology(svc: &Services, actor: &Actor) -> Result<TopologyView> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    topology_in_force(svc, &mut conn).await
}

pub(super) async fn topology_in_force(svc: &Services, conn: &mut Conn) -> Result<TopologyView> {
    let reference = svc.reference.current(conn).await?;
    let areas = Arc::clone(&reference.areas);
    let found = tokio::task::spawn_blocking(move || topology(areas.districts.areas())).await;
    let found = found.map_err(anyhow::Error::from)?;
    let view = |defect: Defect| {
        let name = defect.name();
        let owner = reference.areas.zone_owner(&zone_code(&name));
        let owner = owner.and_then(|id| reference.units.get(id)).map(to_ref);
        DefectView {
            name,
            defect,
            owner,
        }
    };
    Ok(TopologyView {
        gaps: found.gaps.into_iter().map(view).collect(),
        overlaps: found.overlaps.into_iter().map(view).collect(),
    })
}

/// Gives a gap or overlap an owner: it becomes a zone, and findings in it go to that unit from now on.
///
/// # Errors
/// `forbidden`; `not_found` when the districts in force have no such gap or overlap; `invalid` for an unknown unit.
pub async fn own_defect(
    svc: &Services,
    actor: &Actor,
    name: &str,
    owner: DefectOwner,
) -> Result<AreaView> {
    require(actor, Action::ChangeReference)?;
    let now = svc.now();
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        lock_imports(conn).await?;
        let view = topology_in_force(svc, conn).await?;
        let mut all = view.gaps.into_iter().chain(view.overlaps);
        let found = all.find(|defect| defect.name == name);
        let found = found.ok_or_else(|| Error::new(Code::NotFound))?;
        let reference = svc.reference.current(conn).await?;
        let unit = named_unit(&reference, &owner.unit, "/unit")?;
        let code = zone_code(name);
        let zone = ParsedArea {
            shape: AreaShape {
                code: code.clone(),
                name: owner.name_zh,
                geometry: found.defect.outline().map_err(anyhow::Error::from)?,
            },
            kind: AreaKind::Zone,
            owner: Some(owner.unit),
            name_en: Some(owner.name_en),
        };
        import::areas::write(conn, &[zone], Datum::Wgs84, now).await?;
        let made = db::area::list(conn).await?.into_iter();
        let area = made.into_iter().find(|area| area.code == code);
        Ok(AreaView {
            area: area.ok_or_else(|| anyhow::anyhow!("a zone that was made is not there"))?,
            owner: Some(unit),
        })
    })
    .await
}

/// The code of the zone that is made of a gap or overlap.
fn zone_code(name: &str) -> String {
    format!("zone-{name}")
}
