//! Duties of people (街(路)长、点位长、包保领导), with the time for which each has them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::duties;
use super::{Conn, DbError};
use crate::domain::duty::{Duty, DutyFilter, DutyKind, DutyPlace, UnknownDuty};

#[derive(Queryable, Selectable)]
#[diesel(table_name = duties, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    kind: String,
    unit_id: Option<Uuid>,
    point_id: Option<Uuid>,
    area_code: Option<String>,
    person: String,
    phone: String,
    account_id: Option<Uuid>,
    valid_from: SqlTimestamp,
    valid_until: Option<SqlTimestamp>,
}

fn kind(word: &str) -> Result<DutyKind, DbError> {
    word.parse()
        .map_err(|error: UnknownDuty| DbError::DeserializationError(error.into()))
}

impl Row {
    fn read(self) -> Result<Duty, DbError> {
        let place = match (self.unit_id, self.point_id, self.area_code) {
            (Some(id), ..) => DutyPlace::Unit(id),
            (_, Some(id), _) => DutyPlace::Point(id),
            (_, _, code) => DutyPlace::Area(code.unwrap_or_default()),
        };
        Ok(Duty {
            id: self.id,
            kind: kind(&self.kind)?,
            place,
            person: self.person,
            phone: self.phone,
            account_id: self.account_id,
            valid_from: self.valid_from.to_jiff(),
            valid_until: self.valid_until.map(SqlTimestamp::to_jiff),
        })
    }
}

/// Records a duty.
pub async fn insert(conn: &mut Conn, duty: &Duty, recorded_by: Uuid) -> Result<(), DbError> {
    let (unit_id, point_id, area_code) = match &duty.place {
        DutyPlace::Unit(id) => (Some(*id), None, None),
        DutyPlace::Point(id) => (None, Some(*id), None),
        DutyPlace::Area(code) => (None, None, Some(code)),
    };
    diesel::insert_into(duties::table)
        .values((
            duties::id.eq(duty.id),
            duties::kind.eq(duty.kind.as_str()),
            duties::unit_id.eq(unit_id),
            duties::point_id.eq(point_id),
            duties::area_code.eq(area_code),
            duties::person.eq(&duty.person),
            duties::phone.eq(&duty.phone),
            duties::account_id.eq(duty.account_id),
            duties::valid_from.eq(duty.valid_from.to_diesel()),
            duties::recorded_by.eq(recorded_by),
        ))
        .execute(conn)
        .await?;
    bump(conn, Topic::Duties).await
}

/// Ends a duty that lasts; answers whether there was one.
pub async fn end(conn: &mut Conn, id: Uuid, by: Uuid, at: Timestamp) -> Result<bool, DbError> {
    let ended = diesel::update(duties::table.find(id))
        .filter(duties::valid_until.is_null())
        .set((
            duties::valid_until.eq(at.to_diesel()),
            duties::ended_by.eq(by),
        ))
        .execute(conn)
        .await?;
    bump(conn, Topic::Duties).await?;
    Ok(ended > 0)
}

/// Every duty, those too that have ended.
pub async fn all(conn: &mut Conn) -> Result<Vec<Duty>, DbError> {
    let rows: Vec<Row> = duties::table.select(Row::as_select()).load(conn).await?;
    rows.into_iter().map(Row::read).collect()
}

/// The duty with this id.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Duty>, DbError> {
    let row: Option<Row> = duties::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Row::read).transpose()
}

/// Order of [`page`]: when it began, then id.
pub type DutyKey = (Timestamp, Uuid);

/// At most `limit` duties after a key, the latest first.
pub async fn page(
    conn: &mut Conn,
    filter: &DutyFilter,
    after: Option<DutyKey>,
    limit: i64,
) -> Result<Vec<Duty>, DbError> {
    let mut query = duties::table
        .order((duties::valid_from.desc(), duties::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(duties::kind.eq(kind.as_str()));
    }
    if let Some(id) = filter.unit_id {
        query = query.filter(duties::unit_id.eq(id));
    }
    if let Some(id) = filter.point_id {
        query = query.filter(duties::point_id.eq(id));
    }
    if let Some(code) = &filter.area {
        query = query.filter(duties::area_code.eq(code.clone()));
    }
    match filter.active {
        Some(true) => query = query.filter(duties::valid_until.is_null()),
        Some(false) => query = query.filter(duties::valid_until.is_not_null()),
        None => {}
    }
    if let Some((began, id)) = after {
        let began = began.to_diesel();
        let same_instant = duties::valid_from.eq(began).and(duties::id.lt(id));
        query = query.filter(duties::valid_from.lt(began).or(same_instant));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    rows.into_iter().map(Row::read).collect()
}
