//! Requests: asked once, decided once, and kept. A second open one of the same kind is refused by the table itself.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Date as SqlDate, Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use crate::db::schema::{ticket_requests, tickets};
use crate::db::{Conn, DbError};
use crate::domain::ticket::LeadUnit;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::request::{
    Matter, Request, RequestKind, RequestState, SuspensionPlan, UnknownWord,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ticket_requests, treat_none_as_default_value = false, check_for_backend(Pg))]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    kind: String,
    state: String,
    asked_by: Uuid,
    unit_id: Option<Uuid>,
    unit_name: Option<String>,
    asked_at: SqlTimestamp,
    reason: String,
    plan: Option<String>,
    temporary_measure: Option<String>,
    resume_on: Option<SqlDate>,
    decide_due_at: SqlTimestamp,
    decided_by: Option<Uuid>,
    decided_at: Option<SqlTimestamp>,
    opinion: String,
}

impl From<&Request> for Row {
    fn from(request: &Request) -> Self {
        let plan = match &request.matter {
            Matter::Suspension(plan) => Some(plan),
            _ => None,
        };
        Self {
            id: request.id,
            ticket_id: request.ticket_id,
            kind: request.kind().as_str().to_owned(),
            state: request.state.as_str().to_owned(),
            asked_by: request.asked_by,
            unit_id: request.unit.as_ref().map(|unit| unit.id),
            unit_name: request.unit.as_ref().map(|unit| unit.name.clone()),
            asked_at: request.asked_at.to_diesel(),
            reason: request.reason.clone(),
            plan: plan.map(|plan| plan.plan.clone()),
            temporary_measure: plan.map(|plan| plan.temporary_measure.clone()),
            resume_on: plan.map(|plan| plan.resume_on.to_diesel()),
            decide_due_at: request.decide_due_at.to_diesel(),
            decided_by: request.decided_by,
            decided_at: request.decided_at.map(|at| at.to_diesel()),
            opinion: request.opinion.clone(),
        }
    }
}

impl TryFrom<Row> for Request {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let unreadable = |error: UnknownWord| DbError::DeserializationError(error.into());
        let plan = match (row.plan, row.temporary_measure, row.resume_on) {
            (Some(plan), Some(temporary_measure), Some(resume_on)) => Some(SuspensionPlan {
                plan,
                temporary_measure,
                resume_on: resume_on.to_jiff(),
            }),
            _ => None,
        };
        let matter = match (row.kind.parse().map_err(unreadable)?, plan) {
            (RequestKind::Extension, _) => Matter::Extension,
            (RequestKind::Suspension, Some(plan)) => Matter::Suspension(plan),
            (RequestKind::Suspension, None) => return Err(DbError::NotFound),
            (RequestKind::Appeal, _) => Matter::Appeal,
            (RequestKind::ForceClosing, _) => Matter::ForceClosing,
        };
        Ok(Self {
            id: row.id,
            ticket_id: row.ticket_id,
            matter,
            state: row.state.parse().map_err(unreadable)?,
            asked_by: row.asked_by,
            unit: row
                .unit_id
                .zip(row.unit_name)
                .map(|(id, name)| LeadUnit { id, name }),
            asked_at: row.asked_at.to_jiff(),
            reason: row.reason,
            decide_due_at: row.decide_due_at.to_jiff(),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(SqlTimestamp::to_jiff),
            opinion: row.opinion,
        })
    }
}

/// Writes a new request.
pub async fn insert(conn: &mut Conn, request: &Request) -> Result<(), DbError> {
    diesel::insert_into(ticket_requests::table)
        .values(Row::from(request))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Requests of these tickets, oldest first.
pub async fn of_tickets(mut conn: &Conn, ids: &[Uuid]) -> Result<Vec<Request>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = ticket_requests::table
        .filter(ticket_requests::ticket_id.eq_any(ids))
        .order((
            ticket_requests::ticket_id,
            ticket_requests::asked_at,
            ticket_requests::id,
        ))
        .select(Row::as_select())
        .load(&mut conn)
        .await?;
    rows.into_iter().map(Request::try_from).collect()
}

/// Writes down the decision on an open request.
pub async fn decide(
    conn: &mut Conn,
    id: Uuid,
    state: RequestState,
    (by, at): (Uuid, Timestamp),
    opinion: &str,
) -> Result<(), DbError> {
    diesel::update(ticket_requests::table.find(id))
        .set((
            ticket_requests::state.eq(state.as_str()),
            ticket_requests::decided_by.eq(Some(by)),
            ticket_requests::decided_at.eq(Some(at.to_diesel())),
            ticket_requests::opinion.eq(opinion),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Lets the open requests of a ticket lapse that mean nothing in its state; answers their kinds.
pub async fn lapse(
    conn: &mut Conn,
    ticket_id: Uuid,
    state: State,
    at: Timestamp,
) -> Result<Vec<String>, DbError> {
    let kinds = RequestKind::ALL.into_iter();
    let meaningless: Vec<&str> = kinds
        .filter(|kind| !kind.holds_in(state))
        .map(RequestKind::as_str)
        .collect();
    diesel::update(ticket_requests::table)
        .filter(ticket_requests::ticket_id.eq(ticket_id))
        .filter(ticket_requests::state.eq(RequestState::Open.as_str()))
        .filter(ticket_requests::kind.eq_any(meaningless))
        .set((
            ticket_requests::state.eq(RequestState::Lapsed.as_str()),
            ticket_requests::decided_at.eq(Some(at.to_diesel())),
        ))
        .returning(ticket_requests::kind)
        .get_results(conn)
        .await
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// In these states; empty: in any.
    pub states: Vec<RequestState>,
    /// Of these kinds; empty: of any.
    pub kinds: Vec<RequestKind>,
    /// Of tickets that one of these units leads; the caller's own bound, and what it asks for.
    pub units: Vec<Vec<Uuid>>,
    /// Of tickets in this district.
    pub district: Option<String>,
    /// To be decided before this instant.
    pub due_before: Option<Timestamp>,
    /// With those that are the office's own.
    pub office: bool,
}

/// Order of [`page`]: `asked_at`, then id.
pub type RequestKey = (Timestamp, Uuid);

/// At most `limit` requests after a key, oldest first.
pub async fn page(
    conn: &mut Conn,
    filter: &RequestFilter,
    after: Option<RequestKey>,
    limit: i64,
) -> Result<Vec<Request>, DbError> {
    use diesel::dsl::sql;
    let mut query = ticket_requests::table
        .inner_join(tickets::table)
        .order((ticket_requests::asked_at, ticket_requests::id))
        .select(Row::as_select())
        .limit(limit)
        .into_boxed();
    if !filter.states.is_empty() {
        let words: Vec<&'static str> = filter.states.iter().map(|state| state.as_str()).collect();
        query = query.filter(ticket_requests::state.eq_any(words));
    }
    if !filter.kinds.is_empty() {
        let words: Vec<&'static str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        query = query.filter(ticket_requests::kind.eq_any(words));
    }
    if !filter.office {
        query = query.filter(ticket_requests::kind.ne(RequestKind::ForceClosing.as_str()));
    }
    for units in &filter.units {
        query = query.filter(tickets::lead_unit_id.eq_any(units.clone()));
    }
    if let Some(district) = &filter.district {
        query = query.filter(tickets::district_code.eq(district.clone()));
    }
    if let Some(before) = filter.due_before {
        query = query.filter(ticket_requests::decide_due_at.lt(before.to_diesel()));
    }
    if let Some((asked_at, id)) = after {
        query = query.filter(
            sql::<Bool>("(ticket_requests.asked_at, ticket_requests.id) > (")
                .bind::<Timestamptz, _>(asked_at.to_diesel())
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(")"),
        );
    }
    let rows: Vec<Row> = query.load(conn).await?;
    rows.into_iter().map(Request::try_from).collect()
}
