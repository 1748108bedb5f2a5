//! The official calendar: the newest is in force, and deadlines that were provisional are computed anew.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Counts, accept};
use crate::db::{self, Conn};
use crate::domain::calendar::{CalendarData, CalendarFile};
use crate::domain::import::RowError;
use crate::domain::text::Text;
use crate::services::ticket::deadline;
use crate::services::{Result, Services};

pub(super) async fn write(svc: &Services, conn: &mut Conn, data: &CalendarData) -> Result<Counts> {
    let units = db::unit::list(conn, None, None).await?.into_iter();
    let units: HashSet<String> = units.map(|unit| unit.code).collect();
    let strangers = (1..)
        .zip(CalendarFile::from(data.clone()).shifts)
        .filter_map(|(number, shift)| Some((number, shift.unit?)))
        .filter(|(_, code)| !units.contains(code))
        .map(|(number, code)| unknown_unit(number, &code));
    accept(strangers.collect())?;
    let current = db::calendar::find_current(conn).await?;
    let mut counts = Counts {
        rows: 1,
        ..Counts::default()
    };
    let now = match &current {
        Some((_, current)) if current == data => return Ok(counts),
        Some((version, _)) => after(version.imported_at, svc.now()),
        None => svc.now(),
    };
    counts.inserted = 1;
    db::calendar::insert(conn, Uuid::new_v4(), data, now).await?;
    deadline::recompute_provisional(svc, conn).await?;
    Ok(counts)
}

/// Now, but after the last import in any case: the newest calendar is in force.
fn after(last: Timestamp, now: Timestamp) -> Timestamp {
    let next = last.saturating_add(SignedDuration::from_micros(1));
    next.map_or(now, |next| now.max(next))
}

fn unknown_unit(number: usize, code: &str) -> RowError {
    RowError::file(Text::new(
        format!("第 {number} 个班次的单位“{code}”不存在"),
        format!("shift {number} is for the unit {code:?}, and there is none"),
    ))
}
