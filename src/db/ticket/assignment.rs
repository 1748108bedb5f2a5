//! Who has or had a ticket: one current lead unit, any number of cooperating ones.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde::Serialize;
use uuid::Uuid;

use crate::db::cached::{insert_new, instant};
use crate::db::ids::side_by_side;
use crate::db::schema::ticket_assignments;
use crate::db::{Conn, DbError};
use crate::domain::ticket::routing::UnitRef;

/// A cooperating party (配合单位): a unit of the system, or just a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cooperating {
    /// The unit, if it is one.
    pub unit_id: Option<Uuid>,
    /// Its name, frozen.
    pub name: String,
}

/// Who has a ticket.
#[derive(Debug, Clone)]
pub struct Parties {
    /// Leads it.
    pub lead: UnitRef,
    /// Work with it.
    pub cooperating: Vec<Cooperating>,
}

impl Parties {
    /// The parties that are units of the system.
    pub fn unit_ids(&self) -> impl Iterator<Item = Uuid> {
        let cooperating = self.cooperating.iter().filter_map(|party| party.unit_id);
        cooperating.chain([self.lead.id])
    }
}

/// Gives the ticket to a lead unit and its cooperating parties; who had it before has it no longer.
pub async fn assign(
    conn: &mut Conn,
    ticket_id: Uuid,
    parties: &Parties,
    at: Timestamp,
) -> Result<(), DbError> {
    diesel::update(ticket_assignments::table)
        .filter(ticket_assignments::ticket_id.eq(ticket_id))
        .filter(ticket_assignments::until.is_null())
        .set(ticket_assignments::until.eq(Some(at.to_diesel())))
        .execute(conn)
        .await?;
    assign_new(conn, &[(ticket_id, parties)], at).await
}

#[derive(Insertable, Serialize)]
#[diesel(table_name = ticket_assignments, treat_none_as_default_value = false)]
struct Row<'a> {
    id: Uuid,
    ticket_id: Uuid,
    unit_id: Option<Uuid>,
    unit_name: &'a str,
    role: &'static str,
    #[serde(serialize_with = "instant")]
    since: SqlTimestamp,
}

/// Gives tickets that nobody has yet to their parties.
pub async fn assign_new(
    conn: &Conn,
    tickets: &[(Uuid, &Parties)],
    since: Timestamp,
) -> Result<(), DbError> {
    let row = |ticket_id, unit_id, unit_name, role| Row {
        id: side_by_side(),
        ticket_id,
        unit_id,
        unit_name,
        role,
        since: since.to_diesel(),
    };
    let mut rows = Vec::new();
    for (ticket_id, parties) in tickets {
        let lead = &parties.lead;
        rows.push(row(*ticket_id, Some(lead.id), lead.name.as_str(), "lead"));
        for party in &parties.cooperating {
            rows.push(row(*ticket_id, party.unit_id, &party.name, "cooperating"));
        }
    }
    insert_new!(conn, ticket_assignments, rows)
}
