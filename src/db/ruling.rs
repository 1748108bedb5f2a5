//! Ownership rulings (确权): precedents for a place and an item.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::schema::ownership_rulings;
use super::{Conn, DbError};
use crate::domain::catalogue::{CatalogueItem, ItemKey};
use crate::domain::geo::{Point, distance_m};

/// A ruling to be stored.
#[derive(Debug, Clone)]
pub struct NewRuling<'a> {
    /// The disputed ticket.
    pub ticket_id: Uuid,
    /// The item it is a precedent for.
    pub item: &'a CatalogueItem,
    /// The place: a check point,
    pub point_id: Option<Uuid>,
    /// or a position.
    pub position: Option<Point>,
    /// Who owns it.
    pub unit_id: Uuid,
    /// Why.
    pub opinion: &'a str,
    /// Who ruled.
    pub ruled_by: Uuid,
    /// From when on it holds.
    pub valid_from: Timestamp,
}

/// Stores a ruling; answers its number.
pub async fn insert(conn: &mut Conn, ruling: NewRuling<'_>) -> Result<i64, DbError> {
    diesel::insert_into(ownership_rulings::table)
        .values((
            ownership_rulings::id.eq(Uuid::new_v4()),
            ownership_rulings::ticket_id.eq(ruling.ticket_id),
            ownership_rulings::scheme.eq(&ruling.item.key.scheme),
            ownership_rulings::item.eq(&ruling.item.key.code),
            ownership_rulings::point_id.eq(ruling.point_id),
            ownership_rulings::lat.eq(ruling.position.map(|point| point.lat())),
            ownership_rulings::lon.eq(ruling.position.map(|point| point.lon())),
            ownership_rulings::radius_m.eq(i32::try_from(ruling.item.radius_m).unwrap_or(i32::MAX)),
            ownership_rulings::unit_id.eq(ruling.unit_id),
            ownership_rulings::opinion.eq(ruling.opinion),
            ownership_rulings::ruled_by.eq(ruling.ruled_by),
            ownership_rulings::valid_from.eq(ruling.valid_from.to_diesel()),
        ))
        .returning(ownership_rulings::number)
        .get_result(conn)
        .await
}

/// A ruling that applies to a place and an item.
#[derive(Debug, Clone, Copy)]
pub struct Precedent {
    /// Its number.
    pub number: i64,
    /// Who owns the place by it.
    pub unit_id: Uuid,
}

/// Latitude that no ruling's circle reaches over: 0.02° is more than 2 km.
const REACH_DEG: f64 = 0.02;

/// The newest active ruling for this item at this check point or position.
pub async fn find_active(
    conn: &mut Conn,
    item: &ItemKey,
    point_id: Option<Uuid>,
    position: Option<Point>,
    now: Timestamp,
) -> Result<Option<Precedent>, DbError> {
    use ownership_rulings::{lat, lon, number, point_id as at_point, radius_m, unit_id};
    type Row = (i64, Uuid, Option<Uuid>, Option<f64>, Option<f64>, i32);
    let (south, north) = position.map_or((0.0, 0.0), |point| {
        (point.lat() - REACH_DEG, point.lat() + REACH_DEG)
    });
    let rows: Vec<Row> = ownership_rulings::table
        .filter(ownership_rulings::scheme.eq(&item.scheme))
        .filter(ownership_rulings::item.eq(&item.code))
        .filter(ownership_rulings::valid_from.le(now.to_diesel()))
        .filter(
            ownership_rulings::valid_until
                .is_null()
                .or(ownership_rulings::valid_until.gt(now.to_diesel())),
        )
        .filter(at_point.eq(point_id).or(lat.between(south, north)))
        .order(number.desc())
        .select((number, unit_id, at_point, lat, lon, radius_m))
        .load(conn)
        .await?;
    let applies = |row: &&Row| {
        let (_, _, ruled_point, ruled_lat, ruled_lon, radius) = row;
        if let Some(ruled_point) = ruled_point {
            return point_id == Some(*ruled_point);
        }
        let ruled = ruled_lat
            .zip(*ruled_lon)
            .and_then(|(south_north, west_east)| Point::new(south_north, west_east).ok());
        ruled
            .zip(position)
            .is_some_and(|(a, b)| distance_m(a, b) <= f64::from(*radius))
    };
    Ok(rows.iter().find(applies).map(|row| Precedent {
        number: row.0,
        unit_id: row.1,
    }))
}
