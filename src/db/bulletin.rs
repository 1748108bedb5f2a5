//! Bulletins. Once frozen, a trigger refuses every change but their publication.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Date as SqlDate, Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::schema::bulletins;
use super::{Conn, DbError};
use crate::domain::bulletin::{Bulletin, BulletinState, Draft};
use crate::domain::supervision::period::Period;

#[derive(Queryable, Selectable)]
#[diesel(table_name = bulletins, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    number: Option<String>,
    state: String,
    title: String,
    foreword: String,
    from_day: SqlDate,
    to_day: SqlDate,
    as_of: Option<SqlTimestamp>,
    cases: Vec<Uuid>,
    created_at: SqlTimestamp,
    frozen_at: Option<SqlTimestamp>,
    published_at: Option<SqlTimestamp>,
    hash: Option<Vec<u8>>,
}

impl From<Row> for Bulletin {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            number: row.number,
            state: BulletinState::of(&row.state).unwrap_or(BulletinState::Draft),
            draft: Draft {
                title: row.title,
                foreword: row.foreword,
                period: Period {
                    from: row.from_day.to_jiff(),
                    to: row.to_day.to_jiff(),
                },
                as_of: row.as_of.map(SqlTimestamp::to_jiff),
                cases: row.cases,
            },
            created_at: row.created_at.to_jiff(),
            frozen_at: row.frozen_at.map(SqlTimestamp::to_jiff),
            published_at: row.published_at.map(SqlTimestamp::to_jiff),
            hash: row.hash,
        }
    }
}

/// Which bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// By its id.
    Id(Uuid),
    /// By its number.
    Number(String),
}

/// Begins a draft.
pub async fn insert(
    conn: &mut Conn,
    id: Uuid,
    draft: &Draft,
    created_by: Uuid,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(bulletins::table)
        .values((
            bulletins::id.eq(id),
            bulletins::state.eq(BulletinState::Draft.as_str()),
            bulletins::title.eq(&draft.title),
            bulletins::foreword.eq(&draft.foreword),
            bulletins::from_day.eq(draft.period.from.to_diesel()),
            bulletins::to_day.eq(draft.period.to.to_diesel()),
            bulletins::as_of.eq(draft.as_of.map(|at| at.to_diesel())),
            bulletins::cases.eq(&draft.cases),
            bulletins::created_by.eq(created_by),
            bulletins::created_at.eq(now.to_diesel()),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Writes a draft anew.
pub async fn replace(conn: &mut Conn, id: Uuid, draft: &Draft) -> Result<(), DbError> {
    diesel::update(bulletins::table.find(id))
        .set((
            bulletins::title.eq(&draft.title),
            bulletins::foreword.eq(&draft.foreword),
            bulletins::from_day.eq(draft.period.from.to_diesel()),
            bulletins::to_day.eq(draft.period.to.to_diesel()),
            bulletins::as_of.eq(draft.as_of.map(|at| at.to_diesel())),
            bulletins::cases.eq(&draft.cases),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Throws a draft away.
pub async fn remove(conn: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(bulletins::table.find(id))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Finds a bulletin.
pub async fn find(conn: &mut Conn, name: &Name) -> Result<Option<Bulletin>, DbError> {
    let query = bulletins::table.select(Row::as_select()).into_boxed();
    let query = match name {
        Name::Id(id) => query.filter(bulletins::id.eq(*id)),
        Name::Number(number) => query.filter(bulletins::number.eq(number.clone())),
    };
    let row: Option<Row> = query.first(conn).await.optional()?;
    Ok(row.map(Bulletin::from))
}

/// Finds a bulletin and locks it until the transaction ends.
pub async fn lock(conn: &mut Conn, id: Uuid) -> Result<Option<Bulletin>, DbError> {
    let row: Option<Row> = bulletins::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Bulletin::from))
}

/// One bulletin is frozen at a time, until the transaction ends: numbers have no gaps, and each has the errata of all before it.
pub async fn lock_numbers(conn: &mut Conn) -> Result<(), DbError> {
    cached("SELECT pg_advisory_xact_lock(hashtext('xuncha bulletins'))")
        .execute(conn)
        .await
        .map(|_| ())
}

/// How many have a number that begins so.
pub async fn count_numbered(conn: &mut Conn, beginning: &str) -> Result<i64, DbError> {
    bulletins::table
        .filter(bulletins::number.like(format!("{beginning}%")))
        .count()
        .get_result(conn)
        .await
}

/// What is frozen of a bulletin.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// Its number.
    pub number: String,
    /// As known then.
    pub as_of: Timestamp,
    /// Canonical JSON.
    pub data: String,
    /// HTML.
    pub page: String,
    /// SHA-256 of both.
    pub hash: Vec<u8>,
}

/// Freezes a draft.
pub async fn freeze(
    conn: &mut Conn,
    id: Uuid,
    frozen: &Frozen,
    by: Uuid,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(bulletins::table.find(id))
        .set((
            bulletins::state.eq(BulletinState::Frozen.as_str()),
            bulletins::number.eq(Some(&frozen.number)),
            bulletins::as_of.eq(Some(frozen.as_of.to_diesel())),
            bulletins::data.eq(Some(&frozen.data)),
            bulletins::page.eq(Some(&frozen.page)),
            bulletins::hash.eq(Some(&frozen.hash)),
            bulletins::frozen_by.eq(Some(by)),
            bulletins::frozen_at.eq(Some(now.to_diesel())),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Publishes what is frozen.
pub async fn publish(conn: &mut Conn, id: Uuid, by: Uuid, now: Timestamp) -> Result<(), DbError> {
    diesel::update(bulletins::table.find(id))
        .set((
            bulletins::state.eq(BulletinState::Published.as_str()),
            bulletins::published_by.eq(Some(by)),
            bulletins::published_at.eq(Some(now.to_diesel())),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

type Content = (
    Option<String>,
    Option<SqlTimestamp>,
    Option<String>,
    Option<String>,
    Option<Vec<u8>>,
);

fn frozen((number, as_of, data, page, hash): Content) -> Option<Frozen> {
    Some(Frozen {
        number: number?,
        as_of: as_of?.to_jiff(),
        data: data?,
        page: page?,
        hash: hash?,
    })
}

/// What is frozen of a bulletin; none while it is a draft.
pub async fn content(conn: &mut Conn, id: Uuid) -> Result<Option<Frozen>, DbError> {
    let row: Option<Content> = bulletins::table
        .find(id)
        .select((
            bulletins::number,
            bulletins::as_of,
            bulletins::data,
            bulletins::page,
            bulletins::hash,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(row.and_then(frozen))
}

/// Ids of all that are frozen or published, in the order in which they were frozen.
pub async fn numbered(conn: &mut Conn) -> Result<Vec<Uuid>, DbError> {
    bulletins::table
        .filter(bulletins::number.is_not_null())
        .order((bulletins::frozen_at, bulletins::number))
        .select(bulletins::id)
        .load(conn)
        .await
}

/// Order of [`page`]: `created_at`, then id.
pub type BulletinKey = (Timestamp, Uuid);

/// At most `limit` bulletins after a key, latest begun first; drafts and frozen ones only where they may be seen.
pub async fn page(
    conn: &mut Conn,
    unpublished: bool,
    after: Option<BulletinKey>,
    limit: i64,
) -> Result<Vec<Bulletin>, DbError> {
    use diesel::dsl::sql;
    let mut query = bulletins::table
        .order((bulletins::created_at.desc(), bulletins::id.desc()))
        .select(Row::as_select())
        .limit(limit)
        .into_boxed();
    if !unpublished {
        query = query.filter(bulletins::published_at.is_not_null());
    }
    if let Some((created_at, id)) = after {
        query = query.filter(
            sql::<Bool>("(bulletins.created_at, bulletins.id) < (")
                .bind::<Timestamptz, _>(created_at.to_diesel())
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(")"),
        );
    }
    let rows: Vec<Row> = query.load(conn).await?;
    Ok(rows.into_iter().map(Bulletin::from).collect())
}
