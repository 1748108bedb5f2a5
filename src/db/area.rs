//! Districts and zones, versioned: a changed one gets a new row, and the old row an end.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use serde_json::Value;
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::areas;
use super::{Conn, DbError};
use crate::domain::geo::{AreaKind, UnknownDatum};
use crate::domain::reference::Area;

#[derive(Queryable, Selectable)]
#[diesel(table_name = areas, check_for_backend(diesel::pg::Pg))]
struct AreaRow {
    id: Uuid,
    code: String,
    kind: String,
    name_zh: String,
    name_en: String,
    owner_unit_id: Option<Uuid>,
    source_datum: String,
    valid_from: jiff_diesel::Timestamp,
}

impl AreaRow {
    fn read(self, geometry: Option<Value>) -> Result<Area, DbError> {
        let kind = if self.kind == word(AreaKind::Zone) {
            AreaKind::Zone
        } else {
            AreaKind::District
        };
        Ok(Area {
            id: self.id,
            code: self.code,
            kind,
            name_zh: self.name_zh,
            name_en: self.name_en,
            owner_unit_id: self.owner_unit_id,
            geometry,
            source_datum: self
                .source_datum
                .parse()
                .map_err(|error: UnknownDatum| DbError::DeserializationError(error.into()))?,
            valid_from: self.valid_from.to_jiff(),
        })
    }
}

fn word(kind: AreaKind) -> &'static str {
    match kind {
        AreaKind::District => "district",
        AreaKind::Zone => "zone",
    }
}

/// Areas in force without their outlines, by code.
pub async fn list(conn: &mut Conn) -> Result<Vec<Area>, DbError> {
    let rows: Vec<AreaRow> = areas::table
        .filter(areas::valid_until.is_null())
        .order(areas::code)
        .select(AreaRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(|row| row.read(None)).collect()
}

/// Areas in force with their outlines, by code.
pub async fn list_with_geometry(conn: &mut Conn) -> Result<Vec<Area>, DbError> {
    let rows: Vec<(AreaRow, Value)> = areas::table
        .filter(areas::valid_until.is_null())
        .order(areas::code)
        .select((AreaRow::as_select(), areas::geometry))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(row, geometry)| row.read(Some(geometry)))
        .collect()
}

/// Codes of the districts in force.
pub async fn district_codes(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    areas::table
        .filter(areas::valid_until.is_null())
        .filter(areas::kind.eq(word(AreaKind::District)))
        .select(areas::code)
        .load(conn)
        .await
}

/// Puts new versions in force at `now` in the place of those with the same codes.
pub async fn replace(
    conn: &mut Conn,
    changed: &[Area],
    now: Timestamp,
) -> Result<Vec<Uuid>, DbError> {
    let codes = changed.iter().map(|area| area.code.as_str());
    let ended = diesel::update(areas::table)
        .filter(areas::code.eq_any(codes.collect::<Vec<_>>()))
        .filter(areas::valid_until.is_null())
        .set(areas::valid_until.eq(now.to_diesel()))
        .returning(areas::id)
        .get_results(conn)
        .await?;
    let rows: Vec<_> = changed
        .iter()
        .map(|area| {
            (
                areas::id.eq(area.id),
                areas::code.eq(&area.code),
                areas::kind.eq(word(area.kind)),
                areas::name_zh.eq(&area.name_zh),
                areas::name_en.eq(&area.name_en),
                areas::owner_unit_id.eq(area.owner_unit_id),
                areas::geometry.eq(area.geometry.as_ref().unwrap_or(&Value::Null)),
                areas::source_datum.eq(area.source_datum.as_str()),
                areas::valid_from.eq(now.to_diesel()),
            )
        })
        .collect();
    for row in rows {
        diesel::insert_into(areas::table)
            .values(row)
            .execute(conn)
            .await?;
    }
    bump(conn, Topic::Areas).await?;
    Ok(ended)
}
