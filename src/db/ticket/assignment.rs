//! Who has or had a ticket: one current lead unit, any number of cooperating ones.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use crate::db::schema::ticket_assignments;
use crate::db::{Conn, DbError};

/// A cooperating party (配合单位): a unit of the system, or just a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cooperating {
    /// The unit, if it is one.
    pub unit_id: Option<Uuid>,
    /// Its name, frozen.
    pub name: String,
}

/// Gives the ticket to a lead unit and its cooperating parties; who had it before has it no longer.
pub async fn assign(
    conn: &mut Conn,
    ticket_id: Uuid,
    lead: (Uuid, &str),
    cooperating: &[Cooperating],
    at: Timestamp,
) -> Result<(), DbError> {
    let since = at.to_diesel();
    diesel::update(ticket_assignments::table)
        .filter(ticket_assignments::ticket_id.eq(ticket_id))
        .filter(ticket_assignments::until.is_null())
        .set(ticket_assignments::until.eq(Some(since)))
        .execute(conn)
        .await?;
    let row = |unit_id: Option<Uuid>, name: &str, role: &'static str| {
        (
            ticket_assignments::id.eq(Uuid::new_v4()),
            ticket_assignments::ticket_id.eq(ticket_id),
            ticket_assignments::unit_id.eq(unit_id),
            ticket_assignments::unit_name.eq(name.to_owned()),
            ticket_assignments::role.eq(role),
            ticket_assignments::since.eq(since),
        )
    };
    let mut rows = vec![row(Some(lead.0), lead.1, "lead")];
    rows.extend(
        cooperating
            .iter()
            .map(|party| row(party.unit_id, &party.name, "cooperating")),
    );
    diesel::insert_into(ticket_assignments::table)
        .values(rows)
        .execute(conn)
        .await
        .map(|_| ())
}
