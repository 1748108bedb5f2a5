//! Supervision slips (督办单): one for each level of a ticket, whoever issues it and how often it is tried.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::schema::{supervision_slips, tickets};
use crate::db::{Conn, DbError};
use crate::domain::ticket::LeadUnit;
use crate::domain::ticket::supervision::{Slip, SlipReply};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = supervision_slips, treat_none_as_default_value = false, check_for_backend(Pg))]
struct Row {
    id: Uuid,
    number: String,
    ticket_id: Uuid,
    level: i32,
    unit_id: Option<Uuid>,
    unit_name: Option<String>,
    reason: String,
    issued_by: Option<Uuid>,
    issued_at: SqlTimestamp,
    reply_due_at: SqlTimestamp,
    reply: Option<String>,
    replied_by: Option<Uuid>,
    replied_unit: Option<String>,
    replied_at: Option<SqlTimestamp>,
}

impl From<Row> for Slip {
    fn from(row: Row) -> Self {
        let reply = match (row.reply, row.replied_by, row.replied_at) {
            (Some(text), Some(by), Some(at)) => Some(SlipReply {
                text,
                by,
                unit: row.replied_unit,
                at: at.to_jiff(),
            }),
            _ => None,
        };
        Self {
            id: row.id,
            number: row.number,
            ticket_id: row.ticket_id,
            level: u32::try_from(row.level).unwrap_or(0),
            unit: row
                .unit_id
                .zip(row.unit_name)
                .map(|(id, name)| LeadUnit { id, name }),
            reason: row.reason,
            issued_by: row.issued_by,
            issued_at: row.issued_at.to_jiff(),
            reply_due_at: row.reply_due_at.to_jiff(),
            reply,
        }
    }
}

/// The next number of the city's slips, from 1.
pub async fn next_number(conn: &mut Conn) -> Result<i64, DbError> {
    #[derive(QueryableByName)]
    struct NumberRow {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let row: NumberRow = cached("SELECT nextval('supervision_slip_numbers') AS number")
        .get_result(conn)
        .await?;
    Ok(row.number)
}

/// Writes a new slip.
pub async fn insert(conn: &mut Conn, slip: &Slip) -> Result<(), DbError> {
    let reply = slip.reply.as_ref();
    diesel::insert_into(supervision_slips::table)
        .values(Row {
            id: slip.id,
            number: slip.number.clone(),
            ticket_id: slip.ticket_id,
            level: i32::try_from(slip.level).unwrap_or(i32::MAX),
            unit_id: slip.unit.as_ref().map(|unit| unit.id),
            unit_name: slip.unit.as_ref().map(|unit| unit.name.clone()),
            reason: slip.reason.clone(),
            issued_by: slip.issued_by,
            issued_at: slip.issued_at.to_diesel(),
            reply_due_at: slip.reply_due_at.to_diesel(),
            reply: reply.map(|reply| reply.text.clone()),
            replied_by: reply.map(|reply| reply.by),
            replied_unit: reply.and_then(|reply| reply.unit.clone()),
            replied_at: reply.map(|reply| reply.at.to_diesel()),
        })
        .execute(conn)
        .await
        .map(|_| ())
}

/// Writes down the reply to a slip.
pub async fn reply(conn: &mut Conn, id: Uuid, reply: &SlipReply) -> Result<(), DbError> {
    diesel::update(supervision_slips::table.find(id))
        .set((
            supervision_slips::reply.eq(Some(&reply.text)),
            supervision_slips::replied_by.eq(Some(reply.by)),
            supervision_slips::replied_unit.eq(&reply.unit),
            supervision_slips::replied_at.eq(Some(reply.at.to_diesel())),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Slips of these tickets, first level first.
pub async fn of_tickets(mut conn: &Conn, ids: &[Uuid]) -> Result<Vec<Slip>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = supervision_slips::table
        .filter(supervision_slips::ticket_id.eq_any(ids))
        .order((supervision_slips::ticket_id, supervision_slips::level))
        .select(Row::as_select())
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(Slip::from).collect())
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct SlipFilter {
    /// Of this level.
    pub level: Option<i32>,
    /// Replied to, or not.
    pub replied: Option<bool>,
    /// Not replied to, and due before this instant.
    pub late_at: Option<Timestamp>,
    /// Of tickets that one of these units leads; the caller's own bound, and what it asks for.
    pub units: Vec<Vec<Uuid>>,
    /// Of tickets in this district.
    pub district: Option<String>,
    /// In the digest of this number.
    pub digest: Option<String>,
    /// With those that were written while the ticket was the office's own.
    pub office: bool,
}

/// Order of [`page`]: `issued_at`, then id.
pub type SlipKey = (Timestamp, Uuid);

/// At most `limit` slips after a key, latest first.
pub async fn page(
    conn: &mut Conn,
    filter: &SlipFilter,
    after: Option<SlipKey>,
    limit: i64,
) -> Result<Vec<Slip>, DbError> {
    use diesel::dsl::sql;
    let mut query = supervision_slips::table
        .inner_join(tickets::table)
        .order((
            supervision_slips::issued_at.desc(),
            supervision_slips::id.desc(),
        ))
        .select(Row::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(level) = filter.level {
        query = query.filter(supervision_slips::level.eq(level));
    }
    match filter.replied {
        Some(true) => query = query.filter(supervision_slips::replied_at.is_not_null()),
        Some(false) => query = query.filter(supervision_slips::replied_at.is_null()),
        None => {}
    }
    if let Some(at) = filter.late_at {
        query = query
            .filter(supervision_slips::replied_at.is_null())
            .filter(supervision_slips::reply_due_at.lt(at.to_diesel()));
    }
    if !filter.office {
        query = query.filter(supervision_slips::unit_id.is_not_null());
    }
    for units in &filter.units {
        query = query.filter(tickets::lead_unit_id.eq_any(units.clone()));
    }
    if let Some(district) = &filter.district {
        query = query.filter(tickets::district_code.eq(district.clone()));
    }
    if let Some(number) = &filter.digest {
        query = query.filter(
            sql::<Bool>(
                "supervision_slips.id IN (SELECT s.slip_id FROM supervision_digest_slips s \
                   JOIN supervision_digests d ON d.id = s.digest_id WHERE d.number = ",
            )
            .bind::<Text, _>(number.clone())
            .sql(")"),
        );
    }
    if let Some((issued_at, id)) = after {
        query = query.filter(
            sql::<Bool>("(supervision_slips.issued_at, supervision_slips.id) < (")
                .bind::<Timestamptz, _>(issued_at.to_diesel())
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(")"),
        );
    }
    let rows: Vec<Row> = query.load(conn).await?;
    Ok(rows.into_iter().map(Slip::from).collect())
}
