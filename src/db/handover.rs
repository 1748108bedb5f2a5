//! Hand-overs, the tickets that they are about, and their progress.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::schema::{handovers, tickets, units};
use super::{Conn, DbError};
use crate::domain::handover::{Between, Handover};
use crate::domain::ticket::machine::State;
use crate::domain::ticket::routing::UnitRef;

/// Constraints that refuse a second one at the same time.
pub const RUNNING_KEYS: [&str; 2] = ["handovers_one_of_unit_key", "handovers_one_of_account_key"];

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = handovers, treat_none_as_default_value = false, check_for_backend(Pg))]
struct Row {
    id: Uuid,
    from_unit_id: Option<Uuid>,
    to_unit_id: Option<Uuid>,
    from_account_id: Option<Uuid>,
    to_account_id: Option<Uuid>,
    opinion: String,
    ordered_by: Uuid,
    ordered_role: String,
    ordered_at: SqlTimestamp,
    total: i64,
    done: i64,
    finished_at: Option<SqlTimestamp>,
}

impl From<&Handover> for Row {
    fn from(handover: &Handover) -> Self {
        let (from_unit_id, to_unit_id, from_account_id, to_account_id) = match handover.between {
            Between::Units { from, to } => (Some(from), Some(to), None, None),
            Between::People { from, to } => (None, None, Some(from), to),
        };
        Self {
            id: handover.id,
            from_unit_id,
            to_unit_id,
            from_account_id,
            to_account_id,
            opinion: handover.opinion.clone(),
            ordered_by: handover.ordered_by,
            ordered_role: handover.ordered_role.clone(),
            ordered_at: handover.ordered_at.to_diesel(),
            total: handover.total,
            done: handover.done,
            finished_at: handover.finished_at.map(|at| at.to_diesel()),
        }
    }
}

impl TryFrom<Row> for Handover {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let between = match (row.from_unit_id, row.to_unit_id, row.from_account_id) {
            (Some(from), Some(to), _) => Between::Units { from, to },
            (_, _, Some(from)) => Between::People {
                from,
                to: row.to_account_id,
            },
            _ => return Err(DbError::NotFound),
        };
        Ok(Self {
            id: row.id,
            between,
            opinion: row.opinion,
            ordered_by: row.ordered_by,
            ordered_role: row.ordered_role,
            ordered_at: row.ordered_at.to_jiff(),
            total: row.total,
            done: row.done,
            finished_at: row.finished_at.map(SqlTimestamp::to_jiff),
        })
    }
}

/// Writes a new one.
pub async fn insert(conn: &mut Conn, handover: &Handover) -> Result<(), DbError> {
    diesel::insert_into(handovers::table)
        .values(Row::from(handover))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Reads one.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Handover>, DbError> {
    let row = handovers::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Handover::try_from).transpose()
}

/// Reads one and locks it: one part at a time.
pub async fn lock(conn: &mut Conn, id: Uuid) -> Result<Option<Handover>, DbError> {
    let row = handovers::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Handover::try_from).transpose()
}

/// Writes down how far it has come.
pub async fn advance(conn: &mut Conn, handover: &Handover) -> Result<(), DbError> {
    diesel::update(handovers::table.find(handover.id))
        .set((
            handovers::done.eq(handover.done),
            handovers::finished_at.eq(handover.finished_at.map(|at| at.to_diesel())),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

fn open_states() -> Vec<&'static str> {
    let open = State::ALL.into_iter().filter(|state| state.is_open());
    open.map(State::as_str).collect()
}

/// The open tickets that it is about.
fn left(between: Between) -> tickets::BoxedQuery<'static, Pg, SqlUuid> {
    let query = tickets::table
        .select(tickets::id)
        .filter(tickets::state.eq_any(open_states()))
        .into_boxed();
    match between {
        Between::Units { from, .. } => query.filter(
            sql::<Bool>("(tickets.lead_unit_id = ")
                .bind::<SqlUuid, _>(from)
                .sql(
                    " OR tickets.id IN (SELECT a.ticket_id FROM ticket_assignments a \
                       WHERE a.until IS NULL AND a.unit_id = ",
                )
                .bind::<SqlUuid, _>(from)
                .sql("))"),
        ),
        Between::People { from, .. } => query.filter(tickets::assignee_id.eq(from)),
    }
}

/// How many are left.
pub async fn count_left(conn: &mut Conn, between: Between) -> Result<i64, DbError> {
    let ids: Vec<Uuid> = left(between).load(conn).await?;
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}

/// At most so many of those that are left, locked in one order for everybody.
pub async fn lock_some(
    conn: &mut Conn,
    between: Between,
    limit: i64,
) -> Result<Vec<Uuid>, DbError> {
    let ids: Vec<Uuid> = left(between)
        .order(tickets::id)
        .limit(limit)
        .load(conn)
        .await?;
    tickets::table
        .filter(tickets::id.eq_any(ids))
        .order(tickets::id)
        .select(tickets::id)
        .for_update()
        .load(conn)
        .await
}

/// How many open tickets a unit leads.
pub async fn count_led(conn: &mut Conn, unit_id: Uuid) -> Result<i64, DbError> {
    tickets::table
        .filter(tickets::lead_unit_id.eq(unit_id))
        .filter(tickets::state.eq_any(open_states()))
        .count()
        .get_result(conn)
        .await
}

/// How many open tickets a person works on whose lead unit is none of those that another acts for.
pub async fn count_beyond(
    conn: &mut Conn,
    assignee: Uuid,
    unit_id: Option<Uuid>,
) -> Result<i64, DbError> {
    let unit_ids: Vec<Uuid> = unit_id.into_iter().collect();
    tickets::table
        .inner_join(units::table.on(tickets::lead_unit_id.eq(units::id.nullable())))
        .filter(tickets::assignee_id.eq(assignee))
        .filter(tickets::state.eq_any(open_states()))
        .filter(diesel::dsl::not(units::lineage.overlaps_with(unit_ids)))
        .count()
        .get_result(conn)
        .await
}

/// A unit takes another's place in tickets, as lead or as cooperating unit. Where it would be both it leads.
pub async fn reassign(
    conn: &mut Conn,
    ids: &[Uuid],
    from: Uuid,
    to: &UnitRef,
    at: Timestamp,
) -> Result<(), DbError> {
    cached(TAKE_OVER)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<SqlUuid, _>(from)
        .bind::<SqlUuid, _>(to.id)
        .bind::<Text, _>(to.name.as_str())
        .bind::<Timestamptz, _>(at.to_diesel())
        .execute(conn)
        .await?;
    cached(LEAD_ALONE)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<SqlUuid, _>(to.id)
        .bind::<Timestamptz, _>(at.to_diesel())
        .execute(conn)
        .await
        .map(|_| ())
}

const TAKE_OVER: &str = "\
WITH ended AS (UPDATE ticket_assignments SET until = $5 WHERE ticket_id = ANY ($1) AND unit_id = $2 AND until IS NULL \
               RETURNING ticket_id, role) \
INSERT INTO ticket_assignments (id, ticket_id, unit_id, unit_name, role, since) \
SELECT gen_random_uuid(), ended.ticket_id, $3, $4, ended.role, $5 FROM ended \
 WHERE ended.role = 'lead' OR NOT EXISTS (SELECT FROM ticket_assignments a \
        WHERE a.ticket_id = ended.ticket_id AND a.unit_id = $3 AND a.until IS NULL)";

const LEAD_ALONE: &str = "\
UPDATE ticket_assignments c SET until = $3 FROM ticket_assignments l \
 WHERE c.ticket_id = ANY ($1) AND c.role = 'cooperating' AND c.unit_id = $2 AND c.until IS NULL \
   AND l.ticket_id = c.ticket_id AND l.role = 'lead' AND l.unit_id = $2 AND l.until IS NULL";
