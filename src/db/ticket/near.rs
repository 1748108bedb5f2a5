//! Tickets near a place: asked for any number of places in one statement, by a box first; who is within the radius is for the
//! caller to measure. And the locks that make two findings of one place wait for each other.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{
    Array, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::schema::tickets;
use crate::db::{Conn, DbError};
use crate::domain::catalogue::ItemKey;
use crate::domain::geo::{BoundingBox, Point};
use crate::domain::ticket::machine::{State, UnknownState};
use crate::domain::ticket::neighbour::Neighbour;

/// Side of the squares that are locked, in degrees: about 500 m, so that a circle seldom touches more than one.
const SQUARE_DEGREES: f64 = 0.005;

/// A place of an item.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// What the caller knows it by.
    pub nth: i32,
    /// Item, in whatever version.
    pub item: &'a ItemKey,
    /// Centre.
    pub centre: Point,
    /// How close is the same place.
    pub radius_m: f64,
}

impl Surroundings<'_> {
    fn whole(&self) -> BoundingBox {
        BoundingBox::around(self.centre, self.radius_m)
    }

    /// Names of the squares that a box of half the radius touches: two places that are within the radius of each other have
    /// one in common.
    fn squares(&self) -> Vec<String> {
        let ItemKey { scheme, code, .. } = self.item;
        let half = BoundingBox::around(self.centre, self.radius_m / 2.0);
        let squares = half.squares(SQUARE_DEGREES).into_iter();
        squares
            .map(|(row, column)| format!("{scheme} {code} {row} {column}"))
            .collect()
    }
}

/// Waits until no other transaction takes in findings of these items at these places; held to the end of this one. All of
/// a transaction's places at once: they are locked in one order, so that none waits in a circle.
pub async fn hold(mut conn: &Conn, places: &[Surroundings<'_>]) -> Result<(), DbError> {
    let squares: Vec<String> = places.iter().flat_map(Surroundings::squares).collect();
    if squares.is_empty() {
        return Ok(());
    }
    cached(
        "SELECT pg_advisory_xact_lock(hashtext('xuncha place'), key) \
           FROM (SELECT DISTINCT hashtext(name) AS key FROM unnest($1::text[]) AS name ORDER BY 1) AS in_order",
    )
    .bind::<Array<Text>, _>(squares)
    .execute(&mut conn)
    .await
    .map(|_| ())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    nth: i32,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    number: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Double)]
    lat: f64,
    #[diesel(sql_type = Double)]
    lon: f64,
    #[diesel(sql_type = Bool)]
    danger: bool,
    #[diesel(sql_type = Timestamptz)]
    created_at: SqlTimestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<SqlTimestamp>,
}

const NEAR: &str = "\
SELECT place.nth, t.* \
  FROM unnest($1::int[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::float8[]) \
         AS place (nth, scheme, item, south, north, west, east) \
  CROSS JOIN LATERAL (\
    SELECT t.id, t.number, t.state, t.lat, t.lon, t.danger, t.created_at, t.closed_at FROM tickets t \
     WHERE t.scheme = place.scheme AND t.item = place.item \
       AND t.lat BETWEEN place.south AND place.north AND t.lon BETWEEN place.west AND place.east \
       AND (t.state IN ('dispatched', 'returned', 'disputed', 'rectifying', 'suspended', 'awaiting_recheck') \
            OR t.state = 'closed' AND t.closed_at >= $8 AND t.number IS NOT NULL) OFFSET 0) AS t \
 ORDER BY place.nth, t.created_at, t.id";

/// The tickets in these surroundings that are filed and open, or were closed since: the oldest first, by the places' own
/// numbers.
pub async fn tickets(
    mut conn: &Conn,
    places: &[Surroundings<'_>],
    closed_since: Timestamp,
) -> Result<HashMap<i32, Vec<Neighbour>>, DbError> {
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    let boxes: Vec<BoundingBox> = places.iter().map(Surroundings::whole).collect();
    let sides = |side: fn(&BoundingBox) -> f64| -> Vec<f64> { boxes.iter().map(side).collect() };
    let numbers: Vec<i32> = places.iter().map(|place| place.nth).collect();
    let schemes: Vec<&str> = places.iter().map(|p| p.item.scheme.as_str()).collect();
    let items: Vec<&str> = places.iter().map(|p| p.item.code.as_str()).collect();
    let rows: Vec<Row> = cached(NEAR)
        .bind::<Array<Integer>, _>(numbers)
        .bind::<Array<Text>, _>(schemes)
        .bind::<Array<Text>, _>(items)
        .bind::<Array<Double>, _>(sides(|it| it.south))
        .bind::<Array<Double>, _>(sides(|it| it.north))
        .bind::<Array<Double>, _>(sides(|it| it.west))
        .bind::<Array<Double>, _>(sides(|it| it.east))
        .bind::<Timestamptz, _>(closed_since.to_diesel())
        .load(&mut conn)
        .await?;
    let mut near: HashMap<i32, Vec<Neighbour>> = HashMap::new();
    for row in rows {
        near.entry(row.nth).or_default().push(neighbour(row)?);
    }
    Ok(near)
}

fn neighbour(row: Row) -> Result<Neighbour, DbError> {
    let position = Point::new(row.lat, row.lon);
    Ok(Neighbour {
        id: row.id,
        number: row.number,
        state: state(&row.state)?,
        position: position.map_err(|error| DbError::DeserializationError(error.into()))?,
        danger: row.danger,
        created_at: row.created_at.to_jiff(),
        closed_at: row.closed_at.map(SqlTimestamp::to_jiff),
    })
}

fn state(word: &str) -> Result<State, DbError> {
    word.parse()
        .map_err(|error: UnknownState| DbError::DeserializationError(error.into()))
}

/// Locks tickets until the transaction ends, and tells how each of them stands once it is locked.
pub async fn lock_all(
    mut conn: &Conn,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (State, Option<Timestamp>)>, DbError> {
    let rows: Vec<(Uuid, String, Option<SqlTimestamp>)> = tickets::table
        .filter(tickets::id.eq_any(ids))
        .order(tickets::id)
        .select((tickets::id, tickets::state, tickets::closed_at))
        .for_update()
        .load(&mut conn)
        .await?;
    rows.into_iter()
        .map(|(id, word, closed_at)| {
            Ok((id, (state(&word)?, closed_at.map(SqlTimestamp::to_jiff))))
        })
        .collect()
}

#[derive(QueryableByName)]
struct PhotoRow {
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    photo_key: Uuid,
}

/// The photo that each of these tickets is known by: the first of its own finding whose bytes are here.
pub async fn first_photos(mut conn: &Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, DbError> {
    let rows: Vec<PhotoRow> = cached(
        "SELECT t.id AS ticket_id, photo.photo_key FROM tickets t CROSS JOIN LATERAL \
           (SELECT a.photo_key FROM finding_attachments fa JOIN attachments a ON a.id = fa.attachment_id \
             WHERE fa.finding_id = t.finding_id AND a.stored_at IS NOT NULL ORDER BY fa.ordinal LIMIT 1) AS photo \
          WHERE t.id = ANY ($1)",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(&mut conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.ticket_id, row.photo_key))
        .collect())
}

/// The tickets that the report of a ticket made, itself among them.
pub async fn siblings(mut conn: &Conn, ticket_id: Uuid) -> Result<Vec<Uuid>, DbError> {
    #[derive(QueryableByName)]
    struct IdRow {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<IdRow> = cached(
        "SELECT s.id FROM tickets t JOIN findings f ON f.id = t.finding_id JOIN findings g ON g.report_id = f.report_id \
           JOIN tickets s ON s.finding_id = g.id WHERE t.id = $1",
    )
    .bind::<SqlUuid, _>(ticket_id)
    .load(&mut conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
