//! Areas and calendar in memory, prepared once: an index over every outline, a work calendar for every unit. Each use
//! compares one number with the database, so that every server process follows an import at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::CITY_ZONE;
use crate::db::reference::{Topic, stamp};
use crate::db::{self, Conn};
use crate::domain::calendar::{CalendarData, CalendarFile, WorkCalendar};
use crate::domain::geo::{AreaIndex, AreaKind, AreaShape, outline_from_geojson};
use crate::domain::reference::Area;
use crate::services::Result;

/// What one server process keeps of the reference data.
#[derive(Default)]
pub struct ReferenceCache {
    areas: Mutex<Option<(i64, Arc<Areas>)>>,
    rebuilding: tokio::sync::Mutex<()>,
    calendars: Mutex<Option<(i64, Calendars)>>,
}

/// The areas in force, indexed.
#[derive(Debug)]
pub struct Areas {
    /// Districts (区县).
    pub districts: AreaIndex,
    /// Zones with owners of their own (职责真空区域).
    pub zones: AreaIndex,
    zone_owners: Vec<Uuid>,
}

#[derive(Clone)]
struct Calendars {
    data: Arc<CalendarData>,
    of_units: HashMap<Option<Uuid>, Arc<WorkCalendar>>,
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

impl ReferenceCache {
    /// Empty; filled at the first use.
    pub fn new() -> Self {
        Self::default()
    }

    /// The areas in force.
    ///
    /// # Errors
    /// `unavailable` or `internal` when the database does not give them.
    pub async fn areas(&self, conn: &mut Conn) -> Result<Arc<Areas>> {
        let version = stamp(conn, Topic::Areas).await?;
        if let Some((kept, areas)) = lock(&self.areas).as_ref()
            && *kept == version
        {
            return Ok(Arc::clone(areas));
        }
        // One at a time: when the areas change, every request finds it out at once.
        let _rebuilding = self.rebuilding.lock().await;
        if let Some((kept, areas)) = lock(&self.areas).as_ref()
            && *kept == version
        {
            return Ok(Arc::clone(areas));
        }
        let rows = db::area::list_with_geometry(conn).await?;
        let areas = tokio::task::spawn_blocking(move || Areas::index(rows))
            .await
            .map_err(anyhow::Error::from)??;
        let areas = Arc::new(areas);
        *lock(&self.areas) = Some((version, Arc::clone(&areas)));
        Ok(areas)
    }

    /// The calendar that a unit works by; the city's own without one. Before any calendar is imported weeks are plain
    /// and every deadline in work time is provisional: a ticket waits for no administrator, and is timed anew when the
    /// calendar comes.
    ///
    /// # Errors
    /// `unavailable` or `internal` when the database does not give it.
    pub async fn calendar(
        &self,
        conn: &mut Conn,
        unit_id: Option<Uuid>,
    ) -> Result<Arc<WorkCalendar>> {
        let version = stamp(conn, Topic::Calendar).await?;
        let kept = lock(&self.calendars).clone();
        let kept = kept.filter(|(kept, _)| *kept == version);
        let mut calendars = match kept {
            Some((_, calendars)) => calendars,
            None => Calendars {
                data: Arc::new(current_or_none(conn).await?),
                of_units: HashMap::new(),
            },
        };
        if let Some(calendar) = calendars.of_units.get(&unit_id) {
            return Ok(Arc::clone(calendar));
        }
        let calendar = Arc::new(work_calendar(conn, &calendars.data, unit_id).await?);
        calendars.of_units.insert(unit_id, Arc::clone(&calendar));
        *lock(&self.calendars) = Some((version, calendars));
        Ok(calendar)
    }
}

/// The calendar that a unit works by under `data`, which need not be in force yet.
///
/// # Errors
/// `unavailable` or `internal` when the database does not give the units above it.
pub async fn work_calendar(
    conn: &mut Conn,
    data: &CalendarData,
    unit_id: Option<Uuid>,
) -> Result<WorkCalendar> {
    let unit = match unit_id {
        Some(id) => db::unit::get(conn, id).await?,
        None => None,
    };
    let lineage = match unit {
        Some(unit) => db::unit::refs(conn, &unit.lineage).await?,
        None => Vec::new(),
    };
    let codes: Vec<&str> = lineage.iter().map(|unit| unit.code.as_str()).collect();
    let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
    Ok(data.work_calendar(zone, &codes))
}

async fn current_or_none(conn: &mut Conn) -> Result<CalendarData> {
    if let Some((_, data)) = db::calendar::find_current(conn).await? {
        return Ok(data);
    }
    let nothing_known = CalendarFile {
        source: String::new(),
        known_until: NOTHING_KNOWN,
        off: Vec::new(),
        make_up_workdays: Vec::new(),
        shifts: Vec::new(),
    };
    Ok(CalendarData::try_from(nothing_known).map_err(anyhow::Error::from)?)
}

/// The last day before anything that a ticket could be timed by.
const NOTHING_KNOWN: Date = WorkCalendar::FIRST_DAY;

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
