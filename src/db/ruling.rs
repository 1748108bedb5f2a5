//! Ownership rulings (确权): precedents for a place and an item.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::{ownership_rulings, units};
use super::{Conn, DbError};
use crate::domain::catalogue::ItemKey;
use crate::domain::geo::Point;
use crate::domain::ticket::routing::UnitRef;
use crate::domain::ticket::ruling::{NewRuling, OwnershipRuling, Precedent, RulingFilter};

/// Waits until nobody else rules or ends a ruling; held to the end of the transaction.
pub async fn lock(conn: &mut Conn) -> Result<(), DbError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('xuncha rulings'))")
        .execute(conn)
        .await
        .map(|_| ())
}

/// Stores a ruling in the place of those that it supersedes; answers its number. The caller has the [`lock`].
pub async fn insert(
    conn: &mut Conn,
    ruling: NewRuling<'_>,
    superseded: &[i64],
) -> Result<i64, DbError> {
    let number = diesel::insert_into(ownership_rulings::table)
        .values((
            ownership_rulings::id.eq(Uuid::new_v4()),
            ownership_rulings::ticket_id.eq(ruling.ticket_id),
            ownership_rulings::scheme.eq(&ruling.item.scheme),
            ownership_rulings::item.eq(&ruling.item.code),
            ownership_rulings::point_id.eq(ruling.point_id),
            ownership_rulings::lat.eq(ruling.position.map(|point| point.lat())),
            ownership_rulings::lon.eq(ruling.position.map(|point| point.lon())),
            ownership_rulings::radius_m.eq(i32::try_from(ruling.radius_m).unwrap_or(i32::MAX)),
            ownership_rulings::unit_id.eq(ruling.unit_id),
            ownership_rulings::opinion.eq(ruling.opinion),
            ownership_rulings::ruled_by.eq(ruling.ruled_by),
            ownership_rulings::valid_from.eq(ruling.valid_from.to_diesel()),
        ))
        .returning(ownership_rulings::number)
        .get_result(conn)
        .await?;
    diesel::update(ownership_rulings::table)
        .filter(ownership_rulings::number.eq_any(superseded))
        .set((
            ownership_rulings::valid_until.eq(ruling.valid_from.to_diesel()),
            ownership_rulings::superseded_by.eq(number),
        ))
        .execute(conn)
        .await?;
    bump(conn, Topic::Rulings).await?;
    Ok(number)
}

/// Ends a ruling. The caller has the [`lock`] and has found that it holds.
pub async fn end(
    conn: &mut Conn,
    id: Uuid,
    by: Uuid,
    reason: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    diesel::update(ownership_rulings::table.find(id))
        .set((
            ownership_rulings::valid_until.eq(at.to_diesel()),
            ownership_rulings::ended_by.eq(by),
            ownership_rulings::end_reason.eq(reason),
        ))
        .execute(conn)
        .await?;
    bump(conn, Topic::Rulings).await
}

/// Every ruling, the newest first.
pub async fn all(conn: &mut Conn) -> Result<Vec<Precedent>, DbError> {
    let rows: Vec<Row> = ownership_rulings::table
        .order(ownership_rulings::number.desc())
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// Those on an item, in whatever version, that hold.
pub async fn in_force(
    conn: &mut Conn,
    item: &ItemKey,
    at: Timestamp,
) -> Result<Vec<Precedent>, DbError> {
    let rows: Vec<Row> = ownership_rulings::table
        .filter(ownership_rulings::scheme.eq(&item.scheme))
        .filter(ownership_rulings::item.eq(&item.code))
        .select(Row::as_select())
        .load(conn)
        .await?;
    let all = rows.into_iter().map(Row::read);
    Ok(all.filter(|ruling| ruling.holds_at(at)).collect())
}

/// At most `limit` rulings with numbers below a given one, the newest first.
pub async fn page(
    conn: &mut Conn,
    filter: &RulingFilter,
    now: Timestamp,
    below: Option<i64>,
    limit: i64,
) -> Result<Vec<OwnershipRuling>, DbError> {
    let mut query = ownership_rulings::table
        .inner_join(units::table.on(units::id.eq(ownership_rulings::unit_id)))
        .order(ownership_rulings::number.desc())
        .limit(limit)
        .select(whole())
        .into_boxed();
    let now = now.to_diesel();
    match filter.active {
        Some(true) => {
            let open = ownership_rulings::valid_until.is_null();
            let later = ownership_rulings::valid_until.gt(now).assume_not_null();
            query = query.filter(open.or(later));
        }
        Some(false) => {
            query = query.filter(ownership_rulings::valid_until.le(now).assume_not_null());
        }
        None => {}
    }
    if let Some(item) = &filter.item {
        query = query.filter(ownership_rulings::item.eq(item.clone()));
    }
    if let Some(point_id) = filter.point_id {
        query = query.filter(ownership_rulings::point_id.eq(point_id));
    }
    if let Some(units) = &filter.units {
        query = query.filter(ownership_rulings::unit_id.eq_any(units.clone()));
    }
    if let Some(below) = below {
        query = query.filter(ownership_rulings::number.lt(below));
    }
    let rows: Vec<Whole> = query.load(conn).await?;
    Ok(rows.into_iter().map(read).collect())
}

/// The ruling with this id.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<OwnershipRuling>, DbError> {
    let row: Option<Whole> = ownership_rulings::table
        .inner_join(units::table.on(units::id.eq(ownership_rulings::unit_id)))
        .filter(ownership_rulings::id.eq(id))
        .select(whole())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(read))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = ownership_rulings, check_for_backend(diesel::pg::Pg))]
struct Row {
    number: i64,
    scheme: String,
    item: String,
    point_id: Option<Uuid>,
    lat: Option<f64>,
    lon: Option<f64>,
    radius_m: i32,
    unit_id: Uuid,
    valid_from: SqlTimestamp,
    valid_until: Option<SqlTimestamp>,
}

impl Row {
    fn read(self) -> Precedent {
        let position = self.lat.zip(self.lon);
        Precedent {
            number: self.number,
            scheme: self.scheme,
            item: self.item,
            point_id: self.point_id,
            position: position.and_then(|(lat, lon)| Point::new(lat, lon).ok()),
            radius_m: f64::from(self.radius_m),
            unit_id: self.unit_id,
            valid_from: self.valid_from.to_jiff(),
            valid_until: self.valid_until.map(SqlTimestamp::to_jiff),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = ownership_rulings, check_for_backend(diesel::pg::Pg))]
struct Making {
    id: Uuid,
    ticket_id: Uuid,
    opinion: String,
    ruled_by: Uuid,
    ended_by: Option<Uuid>,
    end_reason: Option<String>,
    superseded_by: Option<i64>,
}

type Whole = (Row, Making, (Uuid, String, String));

type WholeColumns = (
    diesel::dsl::AsSelect<Row, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Making, diesel::pg::Pg>,
    (units::id, units::code, units::name_zh),
);

fn whole() -> WholeColumns {
    (
        Row::as_select(),
        Making::as_select(),
        (units::id, units::code, units::name_zh),
    )
}

fn read((row, making, (id, code, name)): Whole) -> OwnershipRuling {
    OwnershipRuling {
        id: making.id,
        precedent: row.read(),
        unit: UnitRef { id, code, name },
        ticket_id: making.ticket_id,
        opinion: making.opinion,
        ruled_by: making.ruled_by,
        ended_by: making.ended_by,
        end_reason: making.end_reason,
        superseded_by: making.superseded_by,
    }
}
