//! The trail of a ticket. Rows are only ever added; a trigger refuses anything else.

use std::collections::HashMap;

use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::row::instant;
use crate::db::cached::insert_all;
use crate::db::schema::{ticket_events, units};
use crate::db::{Conn, DbError};
use crate::domain::ticket::machine::State;
use crate::domain::ticket::trail::Event;

#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = ticket_events, check_for_backend(diesel::pg::Pg))]
struct Row {
    ticket_id: Uuid,
    seq: i32,
    #[serde(serialize_with = "instant")]
    at: SqlTimestamp,
    command: String,
    from_state: Option<String>,
    to_state: String,
    actor_id: Option<Uuid>,
    actor_role: String,
    actor_unit_id: Option<Uuid>,
    device_id: Option<Uuid>,
    holder_unit_id: Option<Uuid>,
    opinion: String,
    data: Value,
    office_only: bool,
}

impl Row {
    fn new(ticket_id: Uuid, event: Event) -> Self {
        Self {
            ticket_id,
            seq: event.seq,
            at: event.at.to_diesel(),
            command: event.command,
            from_state: event.from.map(|state| state.as_str().to_owned()),
            to_state: event.to.as_str().to_owned(),
            actor_id: event.actor_id,
            actor_role: event.actor_role,
            actor_unit_id: event.actor_unit_id,
            device_id: event.device_id,
            holder_unit_id: event.holder_unit_id,
            opinion: event.opinion,
            data: event.data,
            office_only: event.office_only,
        }
    }
}

/// Adds a row and answers its number. `event.seq` is given here: the caller holds the ticket's lock.
pub async fn append(conn: &mut Conn, ticket_id: Uuid, event: Event) -> Result<i32, DbError> {
    let last: Option<i32> = ticket_events::table
        .filter(ticket_events::ticket_id.eq(ticket_id))
        .select(max(ticket_events::seq))
        .first(conn)
        .await?;
    let seq = last.unwrap_or(0) + 1;
    diesel::insert_into(ticket_events::table)
        .values(Row::new(ticket_id, Event { seq, ..event }))
        .execute(conn)
        .await?;
    Ok(seq)
}

/// Adds a row to each of these tickets' trails. `event.seq` is given here: the caller holds the tickets' locks, and names
/// none twice.
pub async fn append_to_each(
    conn: &mut Conn,
    mut events: Vec<(Uuid, Event)>,
) -> Result<(), DbError> {
    let ids: Vec<Uuid> = events.iter().map(|(id, _)| *id).collect();
    let last: Vec<(Uuid, Option<i32>)> = ticket_events::table
        .filter(ticket_events::ticket_id.eq_any(ids))
        .group_by(ticket_events::ticket_id)
        .select((ticket_events::ticket_id, max(ticket_events::seq)))
        .load(conn)
        .await?;
    let last: HashMap<Uuid, Option<i32>> = last.into_iter().collect();
    for (id, event) in &mut events {
        event.seq = last.get(id).copied().flatten().unwrap_or(0) + 1;
    }
    begin(conn, events).await
}

/// Begins the trails of new tickets: rows with their numbers, which carry data.
pub async fn begin(
    conn: &mut Conn,
    events: impl IntoIterator<Item = (Uuid, Event)>,
) -> Result<(), DbError> {
    let events = events.into_iter();
    let rows: Vec<Row> = events.map(|(id, event)| Row::new(id, event)).collect();
    insert_all(conn, "ticket_events", &rows).await
}

/// The whole trail, first row first.
pub async fn trail(conn: &mut Conn, ticket_id: Uuid) -> Result<Vec<Event>, DbError> {
    let (actor_unit, holder) = diesel::alias!(units as actor_unit, units as holder);
    let rows: Vec<(Row, Option<String>, Option<String>)> = ticket_events::table
        .left_join(
            actor_unit.on(actor_unit
                .field(units::id)
                .nullable()
                .eq(ticket_events::actor_unit_id)),
        )
        .left_join(
            holder.on(holder
                .field(units::id)
                .nullable()
                .eq(ticket_events::holder_unit_id)),
        )
        .filter(ticket_events::ticket_id.eq(ticket_id))
        .order(ticket_events::seq)
        .select((
            Row::as_select(),
            actor_unit.field(units::name_zh).nullable(),
            holder.field(units::name_zh).nullable(),
        ))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(row, actor_unit_name, holder_unit_name)| {
            let state = |word: String| {
                word.parse::<State>()
                    .map_err(|error| DbError::DeserializationError(error.into()))
            };
            Ok(Event {
                seq: row.seq,
                at: row.at.to_jiff(),
                command: row.command,
                from: row.from_state.map(state).transpose()?,
                to: state(row.to_state)?,
                actor_id: row.actor_id,
                actor_role: row.actor_role,
                actor_unit_id: row.actor_unit_id,
                actor_unit_name,
                device_id: row.device_id,
                holder_unit_id: row.holder_unit_id,
                holder_unit_name,
                opinion: row.opinion,
                data: row.data,
                office_only: row.office_only,
            })
        })
        .collect()
}
