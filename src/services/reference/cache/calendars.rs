//! The calendar in force, as each unit works by it. Before any calendar is imported weeks are plain and every deadline in
//! work time is provisional: a ticket waits for no administrator, and is timed anew when the calendar comes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Units, lock};
use crate::db::{self, Conn};
use crate::domain::calendar::{CalendarData, CalendarFile, WorkCalendar};
use crate::services::Result;
use crate::services::reference::CITY_ZONE;

/// The calendar in force, prepared for each unit at the first use.
pub(super) struct Calendars {
    zone: TimeZone,
    data: CalendarData,
    of_units: Mutex<HashMap<Option<Uuid>, Arc<WorkCalendar>>>,
}

impl Calendars {
    pub(super) async fn read(conn: &mut Conn) -> Result<Self> {
        let data = match db::calendar::find_current(conn).await? {
            Some((_, data)) => data,
            None => nothing_known()?,
        };
        Ok(Self {
            zone: TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?,
            data,
            of_units: Mutex::default(),
        })
    }

    pub(super) fn of(&self, unit_id: Option<Uuid>, units: &Units) -> Arc<WorkCalendar> {
        let mut of_units = lock(&self.of_units);
        if let Some(calendar) = of_units.get(&unit_id) {
            return Arc::clone(calendar);
        }
        let lineage = unit_id.map_or_else(Vec::new, |id| units.lineage_codes(id));
        let own = self.data.work_calendar(self.zone.clone(), &lineage);
        // Most units work like all others: one calendar for them, so that what is reckoned by one is reckoned for all.
        let same = of_units.values().find(|other| other.works_like(&own));
        let calendar = same.map_or_else(|| Arc::new(own), Arc::clone);
        of_units.insert(unit_id, Arc::clone(&calendar));
        calendar
    }
}

fn nothing_known() -> Result<CalendarData> {
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
