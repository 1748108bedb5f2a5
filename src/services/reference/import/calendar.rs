//! The official calendar: the newest is in force, and deadlines are computed anew under it.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{CalendarDiff, Counts, accept};
use crate::db::{self, Conn};
use crate::domain::calendar::{CalendarData, CalendarFile};
use crate::domain::import::RowError;
use crate::domain::text::Text;
use crate::services::ticket::deadline::{self, DeadlinesMoved};
use crate::services::{Result, Services};

pub(super) async fn write(
    svc: &Services,
    conn: &mut Conn,
    data: &CalendarData,
    dry_run: bool,
) -> Result<(Counts, CalendarDiff)> {
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
    let before = current.as_ref().map(|(_, before)| before);
    let mut diff = CalendarDiff {
        known_until_was: before.map(CalendarData::known_until),
        known_until: data.known_until(),
        days: data.changed_days(before),
        shifts_changed: !before.is_some_and(|before| before.has_same_shifts(data)),
        deadlines: DeadlinesMoved::default(),
    };
    let now = match &current {
        Some((_, current)) if current == data => return Ok((counts, diff)),
        Some((version, _)) => after(version.imported_at, svc.now()),
        None => svc.now(),
    };
    counts.inserted = 1;
    db::calendar::insert(conn, Uuid::new_v4(), data, now).await?;
    diff.deadlines = deadline::recompute(svc, conn, !dry_run).await?;
    Ok((counts, diff))
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
