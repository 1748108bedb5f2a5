//! Ripple tasks and the units that they ask.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::schema::{ripple_units, ripples, units};
use super::{Conn, DbError};
use crate::domain::catalogue::ItemKey;
use crate::domain::ripple::{Answer, Answered, Ripple, RippleUnit};
use crate::domain::ticket::routing::UnitRef;

/// Where a page goes on: when the ripple before was asked, and its id.
pub type Place = (Timestamp, Uuid);

#[derive(Queryable, Selectable)]
#[diesel(table_name = ripples, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    scheme: String,
    version: String,
    item: String,
    text: String,
    due_at: SqlTimestamp,
    created_by: Uuid,
    created_at: SqlTimestamp,
}

impl Row {
    fn with(self, units: Vec<RippleUnit>) -> Ripple {
        Ripple {
            id: self.id,
            ticket_id: Some(self.ticket_id),
            item: ItemKey {
                scheme: self.scheme,
                version: self.version,
                code: self.item,
            },
            text: self.text,
            due_at: self.due_at.to_jiff(),
            created_by: Some(self.created_by),
            created_at: self.created_at.to_jiff(),
            units,
        }
    }
}

/// Writes a new ripple task, asked of these units.
pub async fn insert(
    conn: &mut Conn,
    ripple: &Ripple,
    ticket_id: Uuid,
    created_by: Uuid,
) -> Result<(), DbError> {
    diesel::insert_into(ripples::table)
        .values((
            ripples::id.eq(ripple.id),
            ripples::ticket_id.eq(ticket_id),
            ripples::scheme.eq(&ripple.item.scheme),
            ripples::version.eq(&ripple.item.version),
            ripples::item.eq(&ripple.item.code),
            ripples::text.eq(&ripple.text),
            ripples::due_at.eq(ripple.due_at.to_diesel()),
            ripples::created_by.eq(created_by),
            ripples::created_at.eq(ripple.created_at.to_diesel()),
        ))
        .execute(conn)
        .await?;
    let asked = ripple.units.iter().map(|it| {
        (
            ripple_units::ripple_id.eq(ripple.id),
            ripple_units::unit_id.eq(it.unit.id),
        )
    });
    diesel::insert_into(ripple_units::table)
        .values(asked.collect::<Vec<_>>())
        .execute(conn)
        .await
        .map(|_| ())
}

/// At most `limit` ripples behind a place, the latest first; of those that ask one of these units, if any are named, and then with
/// these units alone.
pub async fn page(
    conn: &mut Conn,
    within: Option<&[Uuid]>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Ripple>, DbError> {
    let mut query = ripples::table
        .order((ripples::created_at.desc(), ripples::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        let earlier = ripples::created_at.lt(at);
        query = query.filter(earlier.or(ripples::created_at.eq(at).and(ripples::id.lt(id))));
    }
    if let Some(within) = within {
        let asked = ripple_units::table
            .filter(ripple_units::unit_id.eq_any(within.to_vec()))
            .select(ripple_units::ripple_id);
        query = query.filter(ripples::id.eq_any(asked));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    complete(conn, rows, within).await
}

/// A ripple, if it asks one of these units, with these units alone; with all of them when none are named.
pub async fn find(
    conn: &mut Conn,
    within: Option<&[Uuid]>,
    id: Uuid,
) -> Result<Option<Ripple>, DbError> {
    let rows: Vec<Row> = ripples::table
        .find(id)
        .select(Row::as_select())
        .load(conn)
        .await?;
    let found = complete(conn, rows, within).await?.pop();
    Ok(found.filter(|ripple| within.is_none() || !ripple.units.is_empty()))
}

type UnitRow = (
    (Uuid, Uuid, String, String),
    (
        Option<String>,
        Option<i32>,
        Option<i32>,
        Option<SqlTimestamp>,
    ),
);

async fn complete(
    conn: &mut Conn,
    rows: Vec<Row>,
    within: Option<&[Uuid]>,
) -> Result<Vec<Ripple>, DbError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut query = ripple_units::table
        .inner_join(units::table)
        .filter(ripple_units::ripple_id.eq_any(ids))
        .order(units::code)
        .select((
            (
                ripple_units::ripple_id,
                units::id,
                units::code,
                units::name_zh,
            ),
            (
                ripple_units::answer,
                ripple_units::found,
                ripple_units::put_right,
                ripple_units::answered_at,
            ),
        ))
        .into_boxed();
    if let Some(within) = within {
        query = query.filter(ripple_units::unit_id.eq_any(within.to_vec()));
    }
    let mut asked: HashMap<Uuid, Vec<RippleUnit>> = HashMap::new();
    for ((ripple_id, id, code, name), answer) in query.load::<UnitRow>(conn).await? {
        let of_ripple = asked.entry(ripple_id).or_default();
        of_ripple.push(RippleUnit {
            unit: UnitRef { id, code, name },
            answer: read(answer)?,
        });
    }
    let ripple = |row: Row| {
        let units = asked.remove(&row.id).unwrap_or_default();
        row.with(units)
    };
    Ok(rows.into_iter().map(ripple).collect())
}

fn read(
    row: (
        Option<String>,
        Option<i32>,
        Option<i32>,
        Option<SqlTimestamp>,
    ),
) -> Result<Option<Answered>, DbError> {
    let (Some(text), Some(found), Some(put_right), Some(at)) = row else {
        return Ok(None);
    };
    let unsigned = |number: i32| {
        u32::try_from(number).map_err(|error| DbError::DeserializationError(error.into()))
    };
    Ok(Some(Answered {
        answer: Answer {
            text,
            found: unsigned(found)?,
            put_right: unsigned(put_right)?,
        },
        at: at.to_jiff(),
    }))
}

/// Writes what a unit says, unless it has said something before. Answers whether it was written.
pub async fn answer(
    conn: &mut Conn,
    ripple_id: Uuid,
    unit_id: Uuid,
    answer: &Answer,
    by: Uuid,
    now: Timestamp,
) -> Result<bool, DbError> {
    let signed = |number: u32| {
        i32::try_from(number).map_err(|error| DbError::SerializationError(error.into()))
    };
    let unanswered = ripple_units::table
        .find((ripple_id, unit_id))
        .filter(ripple_units::answered_at.is_null());
    let written = diesel::update(unanswered)
        .set((
            ripple_units::answer.eq(&answer.text),
            ripple_units::found.eq(signed(answer.found)?),
            ripple_units::put_right.eq(signed(answer.put_right)?),
            ripple_units::answered_by.eq(by),
            ripple_units::answered_at.eq(now.to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(written == 1)
}
