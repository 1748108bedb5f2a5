//! Official calendars, whole, as imported; the newest row is in force.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use serde_json::Value;
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::calendars;
use super::{Conn, DbError};
use crate::domain::calendar::CalendarData;
use crate::domain::reference::CalendarVersion;

#[derive(Queryable, Selectable)]
#[diesel(table_name = calendars, check_for_backend(diesel::pg::Pg))]
struct CalendarRow {
    id: Uuid,
    known_until: jiff_diesel::Date,
    source: String,
    imported_at: jiff_diesel::Timestamp,
}

impl CalendarRow {
    fn read(self) -> CalendarVersion {
        CalendarVersion {
            id: self.id,
            known_until: self.known_until.to_jiff(),
            source: self.source,
            imported_at: self.imported_at.to_jiff(),
        }
    }
}

/// Every import of a calendar, the newest first.
pub async fn list(conn: &mut Conn) -> Result<Vec<CalendarVersion>, DbError> {
    let rows: Vec<CalendarRow> = calendars::table
        .order((calendars::imported_at.desc(), calendars::id))
        .select(CalendarRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(CalendarRow::read).collect())
}

/// The calendar in force.
pub async fn find_current(
    conn: &mut Conn,
) -> Result<Option<(CalendarVersion, CalendarData)>, DbError> {
    let found: Option<(CalendarRow, Value)> = calendars::table
        .order((calendars::imported_at.desc(), calendars::id))
        .select((CalendarRow::as_select(), calendars::data))
        .first(conn)
        .await
        .optional()?;
    let Some((row, data)) = found else {
        return Ok(None);
    };
    let data = serde_json::from_value(data)
        .map_err(|error| DbError::DeserializationError(error.into()))?;
    Ok(Some((row.read(), data)))
}

/// Puts a calendar in force at `now`.
pub async fn insert(
    conn: &mut Conn,
    id: Uuid,
    data: &CalendarData,
    now: Timestamp,
) -> Result<(), DbError> {
    let json =
        serde_json::to_value(data).map_err(|error| DbError::SerializationError(error.into()))?;
    diesel::insert_into(calendars::table)
        .values((
            calendars::id.eq(id),
            calendars::known_until.eq(data.known_until().to_diesel()),
            calendars::source.eq(data.source()),
            calendars::data.eq(json),
            calendars::imported_at.eq(now.to_diesel()),
        ))
        .execute(conn)
        .await?;
    bump(conn, Topic::Calendar).await
}
