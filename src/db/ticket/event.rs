//! The trail of a ticket. Rows are only ever added; a trigger refuses anything else. Each carries its hash behind the row before it, and
//! the last one of a change what the ticket's own row is now (`domain::audit`).

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde::{Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

use super::row;
use crate::db::cached::{Bytes, insert_new, instant};
use crate::db::schema::{ticket_events, units};
use crate::db::{Conn, DbError};
use crate::domain::audit::Hash;
use crate::domain::audit::chain::{Link, START};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::trail::Event;

/// A row as it lies there.
#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = ticket_events, treat_none_as_default_value = false)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub(in crate::db) struct Row {
    pub(in crate::db) ticket_id: Uuid,
    pub(in crate::db) seq: i32,
    #[serde(serialize_with = "instant")]
    at: SqlTimestamp,
    command: String,
    from_state: Option<String>,
    pub(in crate::db) to_state: String,
    actor_id: Option<Uuid>,
    actor_role: String,
    actor_unit_id: Option<Uuid>,
    device_id: Option<Uuid>,
    holder_unit_id: Option<Uuid>,
    opinion: String,
    data: Value,
    office_only: bool,
    #[serde(serialize_with = "bytes_or_null")]
    pub(in crate::db) ticket_hash: Option<Vec<u8>>,
    #[serde(serialize_with = "bytes_or_null")]
    pub(in crate::db) hash: Option<Vec<u8>>,
}

fn bytes_or_null<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    bytes.as_deref().map(Bytes).serialize(serializer)
}

impl Row {
    /// The row behind `before`; `ticket` when no further row of the same change follows.
    fn new(
        ticket_id: Uuid,
        event: Event,
        ticket: Option<&Ticket>,
        before: &Hash,
    ) -> Result<Self, DbError> {
        let ticket_hash = ticket
            .map(|ticket| row::Row::from(ticket).digest())
            .transpose()?;
        let mut row = Self {
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
            ticket_hash: ticket_hash.map(Vec::from),
            hash: None,
        };
        row.hash = Some(row.link().hash(before).to_vec());
        Ok(row)
    }

    /// What is hashed of it.
    pub(in crate::db) fn link(&self) -> Link<'_> {
        Link {
            ticket_id: self.ticket_id,
            seq: self.seq,
            at_us: self.at.to_jiff().as_microsecond(),
            command: &self.command,
            from_state: self.from_state.as_deref(),
            to_state: &self.to_state,
            actor_id: self.actor_id,
            actor_role: &self.actor_role,
            actor_unit_id: self.actor_unit_id,
            device_id: self.device_id,
            holder_unit_id: self.holder_unit_id,
            opinion: &self.opinion,
            data: &self.data,
            office_only: self.office_only,
            ticket_hash: self.ticket_hash.as_ref().map(hex::encode),
        }
    }
}

/// The end of a trail, behind which the next row goes.
#[derive(Debug, Clone, Copy)]
pub struct End {
    seq: i32,
    hash: Hash,
}

impl End {
    /// The number of the next row.
    pub fn next_seq(&self) -> i32 {
        self.seq + 1
    }

    /// Behind this row; none: at the beginning.
    pub(super) fn of(last: Option<(i32, Option<Vec<u8>>)>) -> Result<Self, DbError> {
        Ok(match last {
            Some((seq, hash)) => Self {
                seq,
                hash: hash_of(hash)?,
            },
            None => Self {
                seq: 0,
                hash: START,
            },
        })
    }
}

/// Where the trail of a ticket ends. It stays there as long as the caller holds the ticket's lock.
async fn end(mut conn: &Conn, ticket_id: Uuid) -> Result<End, DbError> {
    let last: Option<(i32, Option<Vec<u8>>)> = ticket_events::table
        .filter(ticket_events::ticket_id.eq(ticket_id))
        .order(ticket_events::seq.desc())
        .select((ticket_events::seq, ticket_events::hash))
        .first(&mut conn)
        .await
        .optional()?;
    End::of(last)
}

/// Adds a row about a ticket that has been written back, and answers its number. `event.seq` is given here: the caller holds the
/// ticket's lock.
pub async fn append(conn: &Conn, ticket: &Ticket, event: Event) -> Result<i32, DbError> {
    let end = end(conn, ticket.id).await?;
    append_behind(conn, end, ticket, event).await
}

/// The same, where the trail's end is known.
pub async fn append_behind(
    conn: &Conn,
    end: End,
    ticket: &Ticket,
    event: Event,
) -> Result<i32, DbError> {
    let seq = end.next_seq();
    let row = Row::new(ticket.id, Event { seq, ..event }, Some(ticket), &end.hash)?;
    insert_new!(conn, ticket_events, vec![row])?;
    Ok(seq)
}

/// Adds a row to the trail of each of these tickets, which have been written back. `event.seq` is given here: the caller holds the
/// tickets' locks, and names none twice.
pub async fn append_to_each(conn: &mut Conn, events: Vec<(Ticket, Event)>) -> Result<(), DbError> {
    let ids: Vec<Uuid> = events.iter().map(|(ticket, _)| ticket.id).collect();
    let last: Vec<(Uuid, i32, Option<Vec<u8>>)> = ticket_events::table
        .filter(ticket_events::ticket_id.eq_any(ids))
        .distinct_on(ticket_events::ticket_id)
        .order((ticket_events::ticket_id, ticket_events::seq.desc()))
        .select((
            ticket_events::ticket_id,
            ticket_events::seq,
            ticket_events::hash,
        ))
        .load(conn)
        .await?;
    let mut last: HashMap<Uuid, (i32, Option<Vec<u8>>)> = last
        .into_iter()
        .map(|(id, seq, hash)| (id, (seq, hash)))
        .collect();
    let rows = events.into_iter().map(|(ticket, event)| {
        let (seq, before) = match last.remove(&ticket.id) {
            Some((seq, hash)) => (seq, hash_of(hash)?),
            None => (0, START),
        };
        let seq = seq + 1;
        Row::new(ticket.id, Event { seq, ..event }, Some(&ticket), &before)
    });
    let rows = rows.collect::<Result<Vec<Row>, DbError>>()?;
    insert_new!(conn, ticket_events, rows)
}

fn hash_of(bytes: Option<Vec<u8>>) -> Result<Hash, DbError> {
    let bytes = bytes.unwrap_or_default();
    Hash::try_from(bytes.as_slice()).map_err(|error| DbError::DeserializationError(error.into()))
}

/// Begins the trails of new tickets: for each its rows in order, which carry data.
pub async fn begin<'a>(
    conn: &Conn,
    trails: impl IntoIterator<Item = (&'a Ticket, &'a [Event])>,
) -> Result<(), DbError> {
    let mut rows: Vec<Row> = Vec::new();
    for (ticket, events) in trails {
        let mut before = START;
        for (index, event) in events.iter().enumerate() {
            let last = (index + 1 == events.len()).then_some(ticket);
            let row = Row::new(ticket.id, event.clone(), last, &before)?;
            before = hash_of(row.hash.clone())?;
            rows.push(row);
        }
    }
    insert_new!(conn, ticket_events, rows)
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
