//! Ownership rulings (确权): precedents for a place and an item.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::ownership_rulings;
use super::{Conn, DbError};
use crate::domain::catalogue::CatalogueItem;
use crate::domain::geo::Point;

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
    /// Radius of the place round the position, in metres.
    pub radius_m: u32,
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
    let number = diesel::insert_into(ownership_rulings::table)
        .values((
            ownership_rulings::id.eq(Uuid::new_v4()),
            ownership_rulings::ticket_id.eq(ruling.ticket_id),
            ownership_rulings::scheme.eq(&ruling.item.key.scheme),
            ownership_rulings::item.eq(&ruling.item.key.code),
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
    bump(conn, Topic::Rulings).await?;
    Ok(number)
}

/// A ruling that stands as a precedent.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// Its number: the newest has the highest.
    pub number: i64,
    /// Scheme of the item.
    pub scheme: String,
    /// Code of the item, in whatever version of the scheme.
    pub item: String,
    /// The place: a check point,
    pub point_id: Option<Uuid>,
    /// or a circle.
    pub position: Option<Point>,
    /// Radius of the circle.
    pub radius_m: f64,
    /// Who owns the place by it.
    pub unit_id: Uuid,
    /// From when on it holds,
    pub valid_from: Timestamp,
    /// and until when; none without an end.
    pub valid_until: Option<Timestamp>,
}

/// Every ruling, the newest first.
pub async fn all(conn: &mut Conn) -> Result<Vec<Ruling>, DbError> {
    let rows: Vec<Row> = ownership_rulings::table
        .order(ownership_rulings::number.desc())
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Row::read).collect())
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
    fn read(self) -> Ruling {
        let position = self.lat.zip(self.lon);
        Ruling {
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
