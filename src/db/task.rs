//! Tasks of inspectors. Who may judge a ticket's rectification is the view `ticket_judges`.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::schema::{accounts, tasks};
use super::{Conn, DbError};
use crate::domain::task::{Judge, Task, TaskFilter, TaskKind, TaskState};
use crate::domain::ticket::command::UnknownWord;

/// Where a page goes on: instant and id of the last task before.
pub type Place = (Timestamp, Uuid);

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_null = true, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    kind: String,
    account_id: Uuid,
    ticket_id: Option<Uuid>,
    round_id: Option<Uuid>,
    point_id: Option<Uuid>,
    state: String,
    rev: i64,
    note: String,
    due_at: Option<SqlTimestamp>,
    created_by: Option<Uuid>,
    created_at: SqlTimestamp,
    started_at: Option<SqlTimestamp>,
    ended_at: Option<SqlTimestamp>,
    result: Option<String>,
    cancelled_why: Option<String>,
}

impl From<&Task> for Row {
    fn from(task: &Task) -> Self {
        let instant = |at: Option<Timestamp>| at.map(|at| at.to_diesel());
        Self {
            id: task.id,
            kind: task.kind.as_str().to_owned(),
            account_id: task.account_id,
            ticket_id: task.ticket_id,
            round_id: task.round_id,
            point_id: task.point_id,
            state: task.state.as_str().to_owned(),
            rev: task.rev,
            note: task.note.clone(),
            due_at: instant(task.due_at),
            created_by: task.created_by,
            created_at: task.created_at.to_diesel(),
            started_at: instant(task.started_at),
            ended_at: instant(task.ended_at),
            result: task.result.map(|result| result.as_str().to_owned()),
            cancelled_why: task.cancelled_why.map(|why| why.as_str().to_owned()),
        }
    }
}

impl TryFrom<Row> for Task {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let unknown = |error: UnknownWord| DbError::DeserializationError(error.into());
        let instant = |at: Option<SqlTimestamp>| at.map(SqlTimestamp::to_jiff);
        Ok(Self {
            id: row.id,
            kind: row.kind.parse().map_err(unknown)?,
            account_id: row.account_id,
            ticket_id: row.ticket_id,
            round_id: row.round_id,
            point_id: row.point_id,
            state: row.state.parse().map_err(unknown)?,
            rev: row.rev,
            note: row.note,
            due_at: instant(row.due_at),
            created_by: row.created_by,
            created_at: row.created_at.to_jiff(),
            started_at: instant(row.started_at),
            ended_at: instant(row.ended_at),
            result: row
                .result
                .map(|word| word.parse())
                .transpose()
                .map_err(unknown)?,
            cancelled_why: row
                .cancelled_why
                .map(|word| word.parse())
                .transpose()
                .map_err(unknown)?,
        })
    }
}

/// Writes new tasks.
pub async fn insert(conn: &mut Conn, new: &[Task]) -> Result<(), DbError> {
    let rows: Vec<Row> = new.iter().map(Row::from).collect();
    diesel::insert_into(tasks::table)
        .values(rows)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Writes a task back. The caller holds its lock.
pub async fn update(conn: &mut Conn, task: &Task) -> Result<(), DbError> {
    diesel::update(tasks::table.find(task.id))
        .set(Row::from(task))
        .execute(conn)
        .await
        .map(|_| ())
}

/// The task of an inspector.
pub async fn find_own(
    conn: &mut Conn,
    id: Uuid,
    account_id: Uuid,
) -> Result<Option<Task>, DbError> {
    let row: Option<Row> = tasks::table
        .find(id)
        .filter(tasks::account_id.eq(account_id))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(Task::try_from).transpose()
}

/// Tasks by id.
pub async fn with_ids(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, Task)>, DbError> {
    let rows: Vec<Row> = tasks::table
        .filter(tasks::id.eq_any(ids))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.id, Task::try_from(row)?)))
        .collect()
}

/// Tasks by id, each with its inspector's name.
pub async fn with_names(
    conn: &mut Conn,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (Task, String)>, DbError> {
    let rows: Vec<(Row, String)> = tasks::table
        .inner_join(accounts::table.on(accounts::id.eq(tasks::account_id)))
        .filter(tasks::id.eq_any(ids))
        .select((Row::as_select(), accounts::display_name))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(row, name)| Ok((row.id, (row.try_into()?, name))))
        .collect()
}

/// The task, locked until the transaction ends.
pub async fn lock(conn: &mut Conn, id: Uuid) -> Result<Option<Task>, DbError> {
    let row: Option<Row> = tasks::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Task::try_from).transpose()
}

/// The task of this kind that is still to be done about a ticket, locked until the transaction ends.
pub async fn lock_live(
    conn: &mut Conn,
    ticket_id: Uuid,
    kind: TaskKind,
) -> Result<Option<Task>, DbError> {
    let live = [TaskState::Open, TaskState::Started].map(TaskState::as_str);
    let row: Option<Row> = tasks::table
        .filter(tasks::ticket_id.eq(ticket_id))
        .filter(tasks::kind.eq(kind.as_str()))
        .filter(tasks::state.eq_any(live))
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Task::try_from).transpose()
}

/// The visit that an inspector still has to make to a point of a round, locked until the transaction ends.
pub async fn lock_visit(
    conn: &mut Conn,
    round_id: Uuid,
    point_id: Uuid,
    account_id: Uuid,
) -> Result<Option<Task>, DbError> {
    let live = [TaskState::Open, TaskState::Started].map(TaskState::as_str);
    let row: Option<Row> = tasks::table
        .filter(tasks::round_id.eq(round_id))
        .filter(tasks::point_id.eq(point_id))
        .filter(tasks::account_id.eq(account_id))
        .filter(tasks::state.eq_any(live))
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(Task::try_from).transpose()
}

/// Tasks behind a place, the latest first, each with its inspector's name.
pub async fn page(
    conn: &mut Conn,
    filter: TaskFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(Task, String)>, DbError> {
    let mut query = tasks::table
        .inner_join(accounts::table.on(accounts::id.eq(tasks::account_id)))
        .order((tasks::created_at.desc(), tasks::id.desc()))
        .limit(limit)
        .select((Row::as_select(), accounts::display_name))
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(tasks::kind.eq(kind.as_str()));
    }
    if let Some(state) = filter.state {
        query = query.filter(tasks::state.eq(state.as_str()));
    }
    if let Some(account_id) = filter.account_id {
        query = query.filter(tasks::account_id.eq(account_id));
    }
    match filter.visits_of {
        None => {}
        Some(None) => query = query.filter(tasks::round_id.is_null()),
        Some(Some(round)) => query = query.filter(tasks::round_id.eq(round)),
    }
    if let Some(ticket_id) = filter.ticket_id {
        query = query.filter(tasks::ticket_id.eq(ticket_id));
    }
    if let Some(round_id) = filter.round_id {
        query = query.filter(tasks::round_id.eq(round_id));
    }
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        let earlier = tasks::created_at.lt(at);
        query = query.filter(earlier.or(tasks::created_at.eq(at).and(tasks::id.lt(id))));
    }
    let rows: Vec<(Row, String)> = query.load(conn).await?;
    rows.into_iter()
        .map(|(row, name)| Ok((row.try_into()?, name)))
        .collect()
}

/// Those of these tickets that an inspector looks back at now.
pub async fn looked_back_among(
    mut conn: &Conn,
    tickets: &[Uuid],
    account_id: Uuid,
) -> Result<HashSet<Uuid>, DbError> {
    if tickets.is_empty() {
        return Ok(HashSet::new());
    }
    let live = [TaskState::Open, TaskState::Started].map(TaskState::as_str);
    let found: Vec<Option<Uuid>> = tasks::table
        .filter(tasks::ticket_id.eq_any(tickets))
        .filter(tasks::account_id.eq(account_id))
        .filter(tasks::kind.eq(TaskKind::Lookback.as_str()))
        .filter(tasks::state.eq_any(live))
        .select(tasks::ticket_id)
        .load(&mut conn)
        .await?;
    Ok(found.into_iter().flatten().collect())
}

#[derive(QueryableByName)]
struct JudgeRow {
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = BigInt)]
    load: i64,
}

const JUDGES: &str = "\
SELECT j.ticket_id, j.account_id, i.display_name, \
       (SELECT count(*) FROM tasks k WHERE k.account_id = j.account_id AND k.state IN ('open', 'started')) AS load \
  FROM ticket_judges j JOIN accounts i ON i.id = j.account_id \
 WHERE j.ticket_id = ANY ($1) AND j.active ORDER BY j.ticket_id, load, i.display_name, j.account_id";

/// Who may judge these tickets' rectification, of each those first who have least to do.
pub async fn judges(conn: &mut Conn, ticket_ids: &[Uuid]) -> Result<Vec<Judge>, DbError> {
    let rows: Vec<JudgeRow> = cached(JUDGES)
        .bind::<Array<SqlUuid>, _>(ticket_ids)
        .load(conn)
        .await?;
    let judge = |row: JudgeRow| Judge {
        ticket_id: row.ticket_id,
        account_id: row.account_id,
        display_name: row.display_name,
        load: row.load,
    };
    Ok(rows.into_iter().map(judge).collect())
}

/// Whose tasks are looked through.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// Those about these tickets.
    Tickets(&'a [Uuid]),
    /// Those of this account.
    Account(Uuid),
    /// All.
    Everyone,
}

const DISMISS: &str = "\
UPDATE tasks k SET state = 'cancelled', rev = k.rev + 1, ended_at = $4, \
       cancelled_why = CASE WHEN t.state <> 'awaiting_recheck' AND k.kind = 'recheck' THEN 'moved_on' ELSE 'unfit' END \
  FROM tasks m JOIN accounts i ON i.id = m.account_id LEFT JOIN tickets t ON t.id = m.ticket_id \
 WHERE m.id = k.id AND k.state IN ('open', 'started') AND ($1 OR k.ticket_id = ANY ($2) OR k.account_id = $3) \
   AND (k.kind = 'recheck' AND t.state <> 'awaiting_recheck' OR NOT i.active OR i.role <> 'inspector' \
        OR k.ticket_id IS NOT NULL \
           AND NOT EXISTS (SELECT FROM ticket_judges j WHERE j.ticket_id = k.ticket_id AND j.account_id = k.account_id)) \
RETURNING k.id";

/// Cancels tasks that have become needless, or whose inspector may not do them any more. Answers them.
pub async fn dismiss(
    conn: &mut Conn,
    whose: Whose<'_>,
    now: Timestamp,
) -> Result<Vec<Task>, DbError> {
    let (everyone, tickets, account) = match whose {
        Whose::Tickets(ids) => (false, ids, None),
        Whose::Account(id) => (false, &[][..], Some(id)),
        Whose::Everyone => (true, &[][..], None),
    };
    let dismissed: Vec<IdRow> = cached(DISMISS)
        .bind::<Bool, _>(everyone)
        .bind::<Array<SqlUuid>, _>(tickets)
        .bind::<Nullable<SqlUuid>, _>(account)
        .bind::<Timestamptz, _>(now.to_diesel())
        .load(conn)
        .await?;
    cancelled(conn, dismissed).await
}

/// Cancels the visits of a round that were not made. Answers them.
pub async fn cancel_round(
    conn: &mut Conn,
    round_id: Uuid,
    now: Timestamp,
) -> Result<Vec<Task>, DbError> {
    let rows: Vec<IdRow> = cached(
        "UPDATE tasks SET state = 'cancelled', rev = rev + 1, ended_at = $2, cancelled_why = 'round_closed' \
          WHERE round_id = $1 AND state IN ('open', 'started') RETURNING id",
    )
    .bind::<SqlUuid, _>(round_id)
    .bind::<Timestamptz, _>(now.to_diesel())
    .load(conn)
    .await?;
    cancelled(conn, rows).await
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

async fn cancelled(conn: &mut Conn, rows: Vec<IdRow>) -> Result<Vec<Task>, DbError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    let tasks = with_ids(conn, &ids).await?;
    Ok(tasks.into_iter().map(|(_, task)| task).collect())
}
