//! Tickets on the map: close by each for itself, from farther away in clusters, of those that the caller's units lead.

use super::statistics::led_by;
use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::geo::BoundingBox;
use crate::domain::ticket::map::{Cluster, Pin, Shown, coarse_enough};
use crate::services::error::Result;
use crate::services::state::Services;

/// From this zoom level on tickets are shown each for itself, unless there are too many.
const PINS_FROM_ZOOM: u32 = 16;
/// At this one a cluster is one cell: as wide as a sixth of a tile.
const CELLS_AT_ZOOM: u32 = 15;
const MOST_PINS: usize = 1_000;

/// What to show.
#[derive(Debug, Clone)]
pub struct MapQuery {
    /// Within these corners.
    pub within: BoundingBox,
    /// Zoom level of a web map.
    pub zoom: u32,
    /// Open or closed.
    pub shown: Shown,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
}

/// What lies there.
#[derive(Debug)]
pub enum OnMap {
    /// Tickets.
    Pins(Vec<Pin>),
    /// Clusters of them.
    Clusters(Vec<Cluster>),
}

/// What lies within the box.
///
/// # Errors
/// `forbidden`.
pub async fn map(svc: &Services, actor: &Actor, query: MapQuery) -> Result<OnMap> {
    require(actor, Action::CountTickets)?;
    let mut conn = svc.conn().await?;
    let units = led_by(&mut conn, actor, query.unit.as_deref()).await?;
    let units = units.as_deref();
    let (within, shown) = (query.within, query.shown);
    let squares = db::ticket::map::squares(&mut conn, within, units).await?;
    let coarse = coarse_enough(u64::try_from(squares).unwrap_or_default());
    if query.zoom >= PINS_FROM_ZOOM && coarse == 0 {
        let limit = i64::try_from(MOST_PINS)
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        let pins = db::ticket::map::pins(&mut conn, within, units, shown, svc.now(), limit).await?;
        if pins.len() <= MOST_PINS {
            return Ok(OnMap::Pins(pins));
        }
    }
    let coarse = coarse.max(CELLS_AT_ZOOM.saturating_sub(query.zoom));
    let clusters = db::ticket::map::clusters(&mut conn, within, coarse, units, shown).await?;
    Ok(OnMap::Clusters(clusters))
}
