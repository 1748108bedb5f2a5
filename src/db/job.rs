//! The table of work to be done. A job is claimed under a lease and not inside an open transaction: one that is held open
//! would keep the snapshot back that phones' sync cursors wait for.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use serde_json::Value;
use uuid::Uuid;

use super::schema::jobs;
use super::{Conn, DbError};

/// A job under lease.
#[derive(Debug, Clone, PartialEq)]
pub struct LeasedJob {
    /// The job.
    pub id: Uuid,
    /// Its kind, in words of the services.
    pub kind: String,
    /// What it needs to know.
    pub payload: Value,
    /// Which attempt this is, from 1; names the lease, as each claim counts up.
    pub attempt: i32,
}

/// How many jobs are in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Due, waiting or under lease.
    pub open: i64,
    /// Given up.
    pub failed: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
struct JobRow {
    id: Uuid,
    kind: String,
    payload: Value,
    attempts: i32,
}

impl From<JobRow> for LeasedJob {
    fn from(row: JobRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            payload: row.payload,
            attempt: row.attempts,
        }
    }
}

/// Adds a job that is due at once, when the caller's transaction commits.
///
/// # Errors
/// [`DbError`].
pub async fn insert(
    conn: &mut Conn,
    id: Uuid,
    kind: &str,
    payload: &Value,
    now: Timestamp,
) -> Result<(), DbError> {
    let now = now.to_diesel();
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(now),
            jobs::created_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Adds a job that is due later, unless there is one of that id.
///
/// # Errors
/// [`DbError`].
pub async fn insert_due(
    conn: &mut Conn,
    id: Uuid,
    kind: &str,
    payload: &Value,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(run_at.to_diesel()),
            jobs::created_at.eq(now.to_diesel()),
        ))
        .on_conflict(jobs::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|_| ())
}

/// Removes a job that has become needless.
///
/// # Errors
/// [`DbError`].
pub async fn remove(conn: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(jobs::table.find(id))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Takes the job that has been due longest, if there is one. Nobody else gets it before `leased_until`; after that its
/// worker counts as killed.
///
/// # Errors
/// [`DbError`].
pub async fn claim(
    conn: &mut Conn,
    now: Timestamp,
    leased_until: Timestamp,
) -> Result<Option<LeasedJob>, DbError> {
    let next = diesel::alias!(jobs as next);
    let due = next
        .filter(next.field(jobs::failed_at).is_null())
        .filter(next.field(jobs::run_at).le(now.to_diesel()))
        .order(next.field(jobs::run_at))
        .limit(1)
        .for_update()
        .skip_locked()
        .select(next.field(jobs::id))
        .single_value();
    // Compared as one value: within `IN`, the planner may run the subquery more than once and lock more than one job.
    let row = diesel::update(jobs::table.filter(jobs::id.nullable().eq(due)))
        .set((
            jobs::run_at.eq(leased_until.to_diesel()),
            jobs::attempts.eq(jobs::attempts + 1),
        ))
        .returning(JobRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(LeasedJob::from))
}

/// Removes a job that is done. Does nothing when the lease has passed to another worker, here and below.
///
/// # Errors
/// [`DbError`].
pub async fn finish(conn: &mut Conn, job: &LeasedJob) -> Result<(), DbError> {
    let mine = jobs::table
        .filter(jobs::id.eq(job.id))
        .filter(jobs::attempts.eq(job.attempt));
    diesel::delete(mine).execute(conn).await?;
    Ok(())
}

/// Puts a job that is done back, to be done again at `run_at`.
///
/// # Errors
/// [`DbError`].
pub async fn repeat(conn: &mut Conn, job: &LeasedJob, run_at: Timestamp) -> Result<(), DbError> {
    let mine = jobs::table
        .filter(jobs::id.eq(job.id))
        .filter(jobs::attempts.eq(job.attempt));
    diesel::update(mine)
        .set((
            jobs::run_at.eq(run_at.to_diesel()),
            jobs::attempts.eq(0),
            jobs::last_error.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Puts a job back, to be tried again at `run_at`.
///
/// # Errors
/// [`DbError`].
pub async fn put_back(
    conn: &mut Conn,
    job: &LeasedJob,
    run_at: Timestamp,
    error: &str,
) -> Result<(), DbError> {
    let mine = jobs::table
        .filter(jobs::id.eq(job.id))
        .filter(jobs::attempts.eq(job.attempt));
    diesel::update(mine)
        .set((
            jobs::run_at.eq(run_at.to_diesel()),
            jobs::last_error.eq(error),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives a job up; the row stays for a person to see.
///
/// # Errors
/// [`DbError`].
pub async fn give_up(
    conn: &mut Conn,
    job: &LeasedJob,
    now: Timestamp,
    error: &str,
) -> Result<(), DbError> {
    let mine = jobs::table
        .filter(jobs::id.eq(job.id))
        .filter(jobs::attempts.eq(job.attempt));
    diesel::update(mine)
        .set((
            jobs::failed_at.eq(now.to_diesel()),
            jobs::last_error.eq(error),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Has jobs of a kind that were given up tried again, from the first attempt on.
///
/// # Errors
/// [`DbError`].
pub async fn revive(conn: &mut Conn, kind: &str, now: Timestamp) -> Result<usize, DbError> {
    let given_up = jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::failed_at.is_not_null());
    diesel::update(given_up)
        .set((
            jobs::failed_at.eq(None::<jiff_diesel::Timestamp>),
            jobs::attempts.eq(0),
            jobs::run_at.eq(now.to_diesel()),
        ))
        .execute(conn)
        .await
}

/// How much there is to do, and how much was given up.
///
/// # Errors
/// [`DbError`].
pub async fn backlog(conn: &mut Conn) -> Result<Backlog, DbError> {
    use diesel::dsl::count;
    let (open, failed) = jobs::table
        .select((
            count(jobs::id).aggregate_filter(jobs::failed_at.is_null()),
            count(jobs::id).aggregate_filter(jobs::failed_at.is_not_null()),
        ))
        .get_result(conn)
        .await?;
    Ok(Backlog { open, failed })
}
