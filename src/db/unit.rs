//! Units and their tree. A unit that has ceased to be stays for old tickets; only those that work are found by code,
//! district or subject.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::units;
use super::{Conn, DbError};
use crate::domain::ticket::routing::UnitRef;
use crate::domain::unit::{Unit, UnitKind, UnknownUnitKind};

/// Rows to a statement: PostgreSQL takes 65,535 parameters.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = units, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct UnitRow {
    id: Uuid,
    code: String,
    name_zh: String,
    name_en: String,
    kind: String,
    parent_id: Option<Uuid>,
    lineage: Vec<Uuid>,
    district_code: Option<String>,
    subject: Option<String>,
    valid_from: jiff_diesel::Timestamp,
    valid_until: Option<jiff_diesel::Timestamp>,
}

impl UnitRow {
    fn read(self) -> Result<Unit, DbError> {
        Ok(Unit {
            kind: self
                .kind
                .parse()
                .map_err(|error: UnknownUnitKind| DbError::DeserializationError(error.into()))?,
            id: self.id,
            code: self.code,
            name_zh: self.name_zh,
            name_en: self.name_en,
            parent_id: self.parent_id,
            lineage: self.lineage,
            district_code: self.district_code,
            subject: self.subject,
            valid_until: self.valid_until.map(jiff_diesel::Timestamp::to_jiff),
        })
    }

    fn new(unit: &Unit, valid_from: Timestamp) -> Self {
        Self {
            id: unit.id,
            code: unit.code.clone(),
            name_zh: unit.name_zh.clone(),
            name_en: unit.name_en.clone(),
            kind: unit.kind.as_str().to_owned(),
            parent_id: unit.parent_id,
            lineage: unit.lineage.clone(),
            district_code: unit.district_code.clone(),
            subject: unit.subject.clone(),
            valid_from: valid_from.to_diesel(),
            valid_until: unit.valid_until.map(|at| at.to_diesel()),
        }
    }
}

/// The unit with this id, whether or not it still works.
pub async fn get(conn: &mut Conn, id: Uuid) -> Result<Option<Unit>, DbError> {
    let row = units::table
        .find(id)
        .select(UnitRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(UnitRow::read).transpose()
}

/// The working unit with this code.
pub async fn find_by_code(conn: &mut Conn, code: &str) -> Result<Option<Unit>, DbError> {
    let row = units::table
        .filter(units::code.eq(code))
        .filter(units::valid_until.is_null())
        .select(UnitRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(UnitRow::read).transpose()
}

/// Ids of the unit with this code and of all units below it; none for a code that no unit has.
pub async fn subtree_of_code(conn: &mut Conn, code: &str) -> Result<Vec<Uuid>, DbError> {
    let root: Option<Uuid> = units::table
        .filter(units::code.eq(code))
        .select(units::id)
        .first(conn)
        .await
        .optional()?;
    let Some(root) = root else {
        return Ok(Vec::new());
    };
    units::table
        .filter(units::lineage.contains(vec![root]))
        .select(units::id)
        .load(conn)
        .await
}

/// The units that work, of one district and kind if these are given, by code.
pub async fn list(
    conn: &mut Conn,
    district_code: Option<&str>,
    kind: Option<UnitKind>,
) -> Result<Vec<Unit>, DbError> {
    let mut query = units::table
        .filter(units::valid_until.is_null())
        .order(units::code)
        .select(UnitRow::as_select())
        .into_boxed();
    if let Some(district_code) = district_code {
        query = query.filter(units::district_code.eq(district_code.to_owned()));
    }
    if let Some(kind) = kind {
        query = query.filter(units::kind.eq(kind.as_str()));
    }
    let rows: Vec<UnitRow> = query.load(conn).await?;
    rows.into_iter().map(UnitRow::read).collect()
}

/// Every unit there ever was, by code.
pub async fn list_with_former(conn: &mut Conn) -> Result<Vec<Unit>, DbError> {
    let rows: Vec<UnitRow> = units::table
        .order(units::code)
        .select(UnitRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(UnitRow::read).collect()
}

/// Whether there is any unit.
pub async fn any(conn: &mut Conn) -> Result<bool, DbError> {
    diesel::select(diesel::dsl::exists(units::table.select(units::id)))
        .get_result(conn)
        .await
}

/// How many units that work stand below a unit.
pub async fn count_below(conn: &mut Conn, id: Uuid) -> Result<i64, DbError> {
    units::table
        .filter(units::lineage.contains(vec![id]))
        .filter(units::id.ne(id))
        .filter(units::valid_until.is_null())
        .count()
        .get_result(conn)
        .await
}

/// Code and name of these units, in the order of the ids; ids that name none are left out.
pub async fn refs(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<UnitRef>, DbError> {
    let found: Vec<(Uuid, String, String)> = units::table
        .filter(units::id.eq_any(ids))
        .select((units::id, units::code, units::name_zh))
        .load(conn)
        .await?;
    let mut refs: Vec<_> = found
        .into_iter()
        .map(|(id, code, name)| UnitRef { id, code, name })
        .collect();
    refs.sort_by_key(|unit| ids.iter().position(|id| *id == unit.id));
    Ok(refs)
}

/// A unit works no more from then on.
pub async fn end(conn: &mut Conn, id: Uuid, at: Timestamp) -> Result<(), DbError> {
    diesel::update(units::table.find(id))
        .set(units::valid_until.eq(at.to_diesel()))
        .execute(conn)
        .await?;
    bump(conn, Topic::Units).await
}

/// Writes units, new or known by their id; those above must come first. A new one holds from `now`.
pub async fn upsert(conn: &mut Conn, changed: &[Unit], now: Timestamp) -> Result<(), DbError> {
    for chunk in changed.chunks(CHUNK) {
        let rows: Vec<_> = chunk.iter().map(|unit| UnitRow::new(unit, now)).collect();
        diesel::insert_into(units::table)
            .values(rows)
            .on_conflict(units::id)
            .do_update()
            .set((
                units::name_zh.eq(excluded(units::name_zh)),
                units::name_en.eq(excluded(units::name_en)),
                units::kind.eq(excluded(units::kind)),
                units::parent_id.eq(excluded(units::parent_id)),
                units::lineage.eq(excluded(units::lineage)),
                units::district_code.eq(excluded(units::district_code)),
                units::subject.eq(excluded(units::subject)),
                units::valid_until.eq(excluded(units::valid_until)),
            ))
            .execute(conn)
            .await?;
    }
    bump(conn, Topic::Units).await
}
