//! Reference data in memory: one snapshot of all that decides where a finding goes and when it is due. Each use compares
//! the stamps of its parts with the database, so that every server process follows a change at once, and a transaction
//! that changes reference data sees its own change.

mod areas;
mod calendars;
mod catalogue;
mod duties;
mod rulings;
mod units;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

pub use self::areas::Areas;
use self::calendars::Calendars;
pub use self::catalogue::{Catalogue, Entry};
pub use self::duties::Duties;
pub use self::rulings::Rulings;
pub use self::units::Units;
use crate::db::reference::Stamps;
use crate::db::{self, Conn};
use crate::domain::calendar::WorkCalendar;
use crate::domain::catalogue::ItemKey;
use crate::domain::check_point::CheckPoint;
use crate::domain::policy::Policies;
use crate::domain::text::Text;
use crate::services::Result;
use crate::services::policy;

/// What one server process keeps of the reference data.
#[derive(Default)]
pub struct ReferenceCache {
    kept: Mutex<Option<Arc<Reference>>>,
    reading: tokio::sync::Mutex<()>,
}

/// The reference data as of one use.
pub struct Reference {
    stamps: Stamps,
    /// Districts and zones in force.
    pub areas: Arc<Areas>,
    /// Every edition of the catalogue.
    pub catalogue: Arc<Catalogue>,
    /// Every unit there ever was.
    pub units: Arc<Units>,
    /// Who owns which place by ruling.
    pub rulings: Arc<Rulings>,
    /// Who answers for which place.
    pub duties: Arc<Duties>,
    /// The policies in force.
    pub policies: Arc<Policies>,
    check_points: Arc<HashMap<Uuid, CheckPoint>>,
    calendars: Arc<Calendars>,
}

impl ReferenceCache {
    /// Empty; filled at the first use.
    pub fn new() -> Self {
        Self::default()
    }

    /// The reference data as the connection's transaction sees it.
    ///
    /// # Errors
    /// `unavailable` or `internal` when the database does not give it.
    pub async fn current(&self, conn: &mut Conn) -> Result<Arc<Reference>> {
        let stamps = db::reference::stamps(conn).await?;
        self.as_of(conn, stamps).await
    }

    /// The reference data of stamps that were read just now.
    ///
    /// # Errors
    /// As [`ReferenceCache::current`].
    pub async fn as_of(&self, conn: &mut Conn, stamps: Stamps) -> Result<Arc<Reference>> {
        if let Some(kept) = self.kept().filter(|kept| kept.stamps == stamps) {
            return Ok(kept);
        }
        // One at a time: when something changes, every request finds it out at once.
        let _reading = self.reading.lock().await;
        let kept = self.kept();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.stamps == stamps) {
            return Ok(Arc::clone(kept));
        }
        let read = Arc::new(Reference::read(conn, stamps, kept.as_deref()).await?);
        *lock(&self.kept) = Some(Arc::clone(&read));
        Ok(read)
    }

    /// The tree of units in this version, or a newer one.
    ///
    /// # Errors
    /// As [`ReferenceCache::current`].
    pub async fn units(&self, conn: &mut Conn, version: i64) -> Result<Arc<Units>> {
        match self.kept().filter(|kept| kept.stamps.units == version) {
            Some(kept) => Ok(Arc::clone(&kept.units)),
            None => Ok(Arc::clone(&self.current(conn).await?.units)),
        }
    }

    /// The areas in force.
    ///
    /// # Errors
    /// As [`ReferenceCache::current`].
    pub async fn areas(&self, conn: &mut Conn) -> Result<Arc<Areas>> {
        Ok(Arc::clone(&self.current(conn).await?.areas))
    }

    /// The calendar that a unit works by; the city's own without one.
    ///
    /// # Errors
    /// As [`ReferenceCache::current`].
    pub async fn calendar(
        &self,
        conn: &mut Conn,
        unit_id: Option<Uuid>,
    ) -> Result<Arc<WorkCalendar>> {
        Ok(self.current(conn).await?.calendar(unit_id))
    }

    fn kept(&self) -> Option<Arc<Reference>> {
        lock(&self.kept).clone()
    }
}

impl Reference {
    /// The check point with this id, in use or not.
    pub fn check_point(&self, id: Uuid) -> Option<&CheckPoint> {
        self.check_points.get(&id)
    }

    /// What an item of any edition is called.
    ///
    /// # Errors
    /// `internal` for an item that no edition has, which no ticket is of.
    pub fn item_name(&self, item: &ItemKey) -> Result<Text> {
        let entry = self.catalogue.get(item);
        let entry =
            entry.ok_or_else(|| anyhow::anyhow!("no edition has the item {}", item.code))?;
        Ok(Text::new(
            entry.item.name_zh.clone(),
            entry.item.name_en.clone(),
        ))
    }

    /// How close two findings of an item are the same place, in metres.
    pub fn radius_m(&self, item: &ItemKey) -> u32 {
        let entry = self.catalogue.get(item);
        let own = entry.and_then(|entry| entry.item.radius_m);
        own.unwrap_or(self.policies.duplicate_radius_m)
    }

    /// The calendar that a unit works by; the city's own without one.
    pub fn calendar(&self, unit_id: Option<Uuid>) -> Arc<WorkCalendar> {
        self.calendars.of(unit_id, &self.units)
    }

    /// Reads what is not kept in the version that the stamps tell of. What is read may be newer than its stamp, never
    /// older: then the next use finds another stamp and reads it again.
    async fn read(conn: &mut Conn, stamps: Stamps, kept: Option<&Self>) -> Result<Self> {
        let same = |of: fn(&Stamps) -> i64| kept.filter(|kept| of(&kept.stamps) == of(&stamps));
        let units = match same(|stamps| stamps.units) {
            Some(kept) => Arc::clone(&kept.units),
            None => Arc::new(Units::new(db::unit::list_with_former(conn).await?)),
        };
        // A unit's shifts hang on the units above it.
        let calendars = match same(|stamps| stamps.calendar) {
            Some(kept) if Arc::ptr_eq(&kept.units, &units) => Arc::clone(&kept.calendars),
            _ => Arc::new(Calendars::read(conn).await?),
        };
        Ok(Self {
            areas: match same(|stamps| stamps.areas) {
                Some(kept) => Arc::clone(&kept.areas),
                None => Arc::new(Areas::read(conn).await?),
            },
            catalogue: match same(|stamps| stamps.catalogue) {
                Some(kept) => Arc::clone(&kept.catalogue),
                None => Arc::new(Catalogue::read(conn).await?),
            },
            rulings: match same(|stamps| stamps.rulings) {
                Some(kept) => Arc::clone(&kept.rulings),
                None => Arc::new(Rulings::new(db::ruling::all(conn).await?)),
            },
            duties: match same(|stamps| stamps.duties) {
                Some(kept) => Arc::clone(&kept.duties),
                None => Arc::new(Duties::new(db::duty::all(conn).await?)),
            },
            policies: match same(|stamps| stamps.policies) {
                Some(kept) => Arc::clone(&kept.policies),
                None => Arc::new(policy::current(conn).await?),
            },
            check_points: match same(|stamps| stamps.check_points) {
                Some(kept) => Arc::clone(&kept.check_points),
                None => {
                    let points = db::check_point::all(conn).await?.into_iter();
                    Arc::new(points.map(|point| (point.id, point)).collect())
                }
            },
            stamps,
            units,
            calendars,
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
