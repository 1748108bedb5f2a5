//! Check points and their kinds.

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::cached::cached;
use super::reference::{Topic, bump};
use super::schema::{check_point_kinds, check_point_owners, check_points, units};
use super::{Conn, DbError};
use crate::domain::check_point::{CheckPoint, CheckPointKind, PointOwner, StatedPosition};
use crate::domain::geo::{Point, PointError, UnknownDatum};
use crate::domain::ticket::routing::UnitRef;

/// Rows to a statement: PostgreSQL takes 65,535 parameters.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = check_points, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct CheckPointRow {
    id: Uuid,
    code: String,
    name_zh: String,
    name_en: String,
    kind: String,
    address: String,
    raw_lat: f64,
    raw_lon: f64,
    datum: String,
    lat: f64,
    lon: f64,
    owner_unit_id: Option<Uuid>,
    valid_from: jiff_diesel::Timestamp,
}

impl CheckPointRow {
    fn read(self) -> Result<CheckPoint, DbError> {
        Ok(CheckPoint {
            stated: StatedPosition {
                lat: self.raw_lat,
                lon: self.raw_lon,
                datum: self
                    .datum
                    .parse()
                    .map_err(|error: UnknownDatum| DbError::DeserializationError(error.into()))?,
            },
            point: Point::new(self.lat, self.lon)
                .map_err(|error: PointError| DbError::DeserializationError(error.into()))?,
            id: self.id,
            code: self.code,
            name_zh: self.name_zh,
            name_en: self.name_en,
            kind: self.kind,
            address: self.address,
            owner_unit_id: self.owner_unit_id,
        })
    }

    fn new(point: &CheckPoint, valid_from: Timestamp) -> Self {
        let point = point.clone();
        Self {
            id: point.id,
            code: point.code,
            name_zh: point.name_zh,
            name_en: point.name_en,
            kind: point.kind,
            address: point.address,
            raw_lat: point.stated.lat,
            raw_lon: point.stated.lon,
            datum: point.stated.datum.as_str().to_owned(),
            lat: point.point.lat(),
            lon: point.point.lon(),
            owner_unit_id: point.owner_unit_id,
            valid_from: valid_from.to_diesel(),
        }
    }
}

/// The check point with this id.
pub async fn get(conn: &mut Conn, id: Uuid) -> Result<Option<CheckPoint>, DbError> {
    let row = check_points::table
        .find(id)
        .select(CheckPointRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(CheckPointRow::read).transpose()
}

/// Every check point there ever was.
pub async fn all(conn: &mut Conn) -> Result<Vec<CheckPoint>, DbError> {
    let rows: Vec<CheckPointRow> = check_points::table
        .select(CheckPointRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(CheckPointRow::read).collect()
}

/// Up to `limit` check points in use with codes after `after`, of one kind if that is given, by code.
pub async fn list(
    conn: &mut Conn,
    kind: Option<&str>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<CheckPoint>, DbError> {
    let mut query = check_points::table
        .filter(check_points::valid_until.is_null())
        .order(check_points::code)
        .limit(limit.into())
        .select(CheckPointRow::as_select())
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(check_points::kind.eq(kind));
    }
    if let Some(after) = after {
        query = query.filter(check_points::code.gt(after));
    }
    let rows: Vec<CheckPointRow> = query.load(conn).await?;
    rows.into_iter().map(CheckPointRow::read).collect()
}

/// The check points with these codes, in use or not.
pub async fn with_codes(conn: &mut Conn, codes: &[&str]) -> Result<Vec<CheckPoint>, DbError> {
    let rows: Vec<CheckPointRow> = check_points::table
        .filter(check_points::code.eq_any(codes))
        .select(CheckPointRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(CheckPointRow::read).collect()
}

/// Every kind of check point, by code.
pub async fn kinds(conn: &mut Conn) -> Result<Vec<CheckPointKind>, DbError> {
    let rows: Vec<(String, String, String)> = check_point_kinds::table
        .order(check_point_kinds::code)
        .load(conn)
        .await?;
    let kind = |(code, name_zh, name_en)| CheckPointKind {
        code,
        name_zh,
        name_en,
    };
    Ok(rows.into_iter().map(kind).collect())
}

/// Notes who owns these check points from now on, where that is another than before.
pub async fn change_owners(
    conn: &mut Conn,
    points: &[CheckPoint],
    now: Timestamp,
) -> Result<(), DbError> {
    let ids: Vec<Uuid> = points.iter().map(|point| point.id).collect();
    let owners: Vec<Option<Uuid>> = points.iter().map(|point| point.owner_unit_id).collect();
    let changes = [
        "UPDATE check_point_owners o SET valid_until = $3 FROM unnest($1::uuid[], $2::uuid[]) AS changed (point_id, unit_id) \
          WHERE o.point_id = changed.point_id AND o.valid_until IS NULL AND o.unit_id IS DISTINCT FROM changed.unit_id",
        "INSERT INTO check_point_owners (point_id, unit_id, valid_from) \
         SELECT point_id, unit_id, $3 FROM unnest($1::uuid[], $2::uuid[]) AS changed (point_id, unit_id) \
          WHERE unit_id IS NOT NULL AND NOT EXISTS (SELECT FROM check_point_owners o \
                WHERE o.point_id = changed.point_id AND o.valid_until IS NULL)",
    ];
    for change in changes {
        cached(change)
            .bind::<Array<SqlUuid>, _>(ids.clone())
            .bind::<Array<Nullable<SqlUuid>>, _>(owners.clone())
            .bind::<Timestamptz, _>(now.to_diesel())
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Who has owned a check point, the latest first.
pub async fn owners(conn: &mut Conn, id: Uuid) -> Result<Vec<PointOwner>, DbError> {
    type Row = (
        (Uuid, String, String),
        jiff_diesel::Timestamp,
        Option<jiff_diesel::Timestamp>,
    );
    let rows: Vec<Row> = check_point_owners::table
        .inner_join(units::table)
        .filter(check_point_owners::point_id.eq(id))
        .order(check_point_owners::valid_from.desc())
        .select((
            (units::id, units::code, units::name_zh),
            check_point_owners::valid_from,
            check_point_owners::valid_until,
        ))
        .load(conn)
        .await?;
    let owner = |((id, code, name), valid_from, valid_until): Row| PointOwner {
        unit: UnitRef { id, code, name },
        valid_from: valid_from.to_jiff(),
        valid_until: valid_until.map(jiff_diesel::Timestamp::to_jiff),
    };
    Ok(rows.into_iter().map(owner).collect())
}

/// Writes check points, new or known by their id; a new one holds from `now`.
pub async fn upsert(
    conn: &mut Conn,
    changed: &[CheckPoint],
    now: Timestamp,
) -> Result<(), DbError> {
    for chunk in changed.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|point| CheckPointRow::new(point, now))
            .collect();
        diesel::insert_into(check_points::table)
            .values(rows)
            .on_conflict(check_points::id)
            .do_update()
            .set((
                check_points::name_zh.eq(excluded(check_points::name_zh)),
                check_points::name_en.eq(excluded(check_points::name_en)),
                check_points::kind.eq(excluded(check_points::kind)),
                check_points::address.eq(excluded(check_points::address)),
                check_points::raw_lat.eq(excluded(check_points::raw_lat)),
                check_points::raw_lon.eq(excluded(check_points::raw_lon)),
                check_points::datum.eq(excluded(check_points::datum)),
                check_points::lat.eq(excluded(check_points::lat)),
                check_points::lon.eq(excluded(check_points::lon)),
                check_points::owner_unit_id.eq(excluded(check_points::owner_unit_id)),
            ))
            .execute(conn)
            .await?;
    }
    bump(conn, Topic::CheckPoints).await
}
