//! The areas in force with an index over every outline.

use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::geo::{AreaIndex, AreaKind, AreaShape, outline_from_geojson};
use crate::domain::reference::Area;
use crate::services::Result;

/// The areas in force, indexed.
#[derive(Debug)]
pub struct Areas {
    /// Districts (区县).
    pub districts: AreaIndex,
    /// Zones with owners of their own (职责真空区域).
    pub zones: AreaIndex,
    zone_owners: Vec<Uuid>,
}

impl Areas {
    /// Code and name of a district of the index.
    pub fn district(&self, idx: usize) -> Option<(&str, &str)> {
        let shape = self.districts.areas().get(idx)?;
        Some((&shape.code, &shape.name))
    }

    /// Code, name and owner of a zone of the index.
    pub fn zone(&self, idx: usize) -> Option<(&str, &str, Uuid)> {
        let shape = self.zones.areas().get(idx)?;
        let owner = self.zone_owners.get(idx)?;
        Some((&shape.code, &shape.name, *owner))
    }

    /// Owner of the zone with this code.
    pub fn zone_owner(&self, code: &str) -> Option<Uuid> {
        let place = self
            .zones
            .areas()
            .iter()
            .position(|zone| zone.code == code)?;
        self.zone_owners.get(place).copied()
    }

    pub(super) async fn read(conn: &mut Conn) -> Result<Self> {
        let rows = db::area::list_with_geometry(conn).await?;
        let indexed = tokio::task::spawn_blocking(move || Self::index(rows)).await;
        Ok(indexed.map_err(anyhow::Error::from)??)
    }

    fn index(areas: Vec<Area>) -> anyhow::Result<Self> {
        let (mut districts, mut zones, mut zone_owners) = (Vec::new(), Vec::new(), Vec::new());
        for area in areas {
            let geometry = area.geometry.unwrap_or_default().to_string();
            let shape = AreaShape {
                geometry: outline_from_geojson(&geometry)?,
                code: area.code,
                name: area.name_zh,
            };
            match (area.kind, area.owner_unit_id) {
                (AreaKind::Zone, Some(owner)) => {
                    zones.push(shape);
                    zone_owners.push(owner);
                }
                _ => districts.push(shape),
            }
        }
        Ok(Self {
            districts: AreaIndex::new(districts),
            zones: AreaIndex::new(zones),
            zone_owners,
        })
    }
}
