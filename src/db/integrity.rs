//! Integrity flags (虚假整改): marks on tickets, and how many of them units have.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::schema::integrity_flags;
use super::{Conn, DbError};
use crate::domain::integrity::{FlagCount, IntegrityFlag};

/// The ticket has a mark already.
pub const LIVE_KEY: &str = "integrity_flags_live_key";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = integrity_flags, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    unit_id: Uuid,
    reason: String,
    flagged_by: Uuid,
    flagged_at: SqlTimestamp,
}

impl From<Row> for IntegrityFlag {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            ticket_id: row.ticket_id,
            unit_id: row.unit_id,
            reason: row.reason,
            flagged_by: row.flagged_by,
            flagged_at: row.flagged_at.to_jiff(),
        }
    }
}

/// Writes a mark.
pub async fn insert(conn: &mut Conn, flag: &IntegrityFlag) -> Result<(), DbError> {
    diesel::insert_into(integrity_flags::table)
        .values(Row {
            id: flag.id,
            ticket_id: flag.ticket_id,
            unit_id: flag.unit_id,
            reason: flag.reason.clone(),
            flagged_by: flag.flagged_by,
            flagged_at: flag.flagged_at.to_diesel(),
        })
        .execute(conn)
        .await
        .map(|_| ())
}

/// Lifts the mark of a ticket. Answers whether there was one.
pub async fn lift(
    conn: &mut Conn,
    ticket_id: Uuid,
    by: Uuid,
    now: Timestamp,
) -> Result<bool, DbError> {
    let live = integrity_flags::table
        .filter(integrity_flags::ticket_id.eq(ticket_id))
        .filter(integrity_flags::lifted_at.is_null());
    let lifted = diesel::update(live)
        .set((
            integrity_flags::lifted_by.eq(by),
            integrity_flags::lifted_at.eq(now.to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(lifted == 1)
}

/// The marks that these tickets have, by ticket.
pub async fn of_tickets(
    mut conn: &Conn,
    tickets: &[Uuid],
) -> Result<HashMap<Uuid, IntegrityFlag>, DbError> {
    if tickets.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = integrity_flags::table
        .filter(integrity_flags::ticket_id.eq_any(tickets))
        .filter(integrity_flags::lifted_at.is_null())
        .select(Row::as_select())
        .load(&mut conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.ticket_id, row.into()))
        .collect())
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Text)]
    unit: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    flags: i64,
}

const COUNTS: &str = "\
SELECT u.code AS unit, u.name_zh AS name, count(*) AS flags FROM integrity_flags f JOIN units u ON u.id = f.unit_id \
 WHERE f.lifted_at IS NULL AND ($1 IS NULL OR f.unit_id = ANY ($1)) GROUP BY u.code, u.name_zh ORDER BY flags DESC, unit";

/// How many marks units have, those with most first; of these units alone, if any are named.
pub async fn counts(conn: &mut Conn, within: Option<&[Uuid]>) -> Result<Vec<FlagCount>, DbError> {
    let rows: Vec<CountRow> = cached(COUNTS)
        .bind::<Nullable<Array<SqlUuid>>, _>(within)
        .load(conn)
        .await?;
    let count = |row: CountRow| FlagCount {
        unit: row.unit,
        name: row.name,
        flags: row.flags,
    };
    Ok(rows.into_iter().map(count).collect())
}
