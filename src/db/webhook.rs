//! Endpoints of webhooks. Messages are written by triggers for rows of a trail (migration `webhooks_only_where_there_are_any`), and here for what is
//! no row of a trail.

pub mod delivery;
pub mod message;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::schema::webhook_endpoints as endpoints;
use super::{Conn, DbError};
use crate::domain::webhook::{DisabledWhy, Endpoint};

#[derive(Queryable, Selectable)]
#[diesel(table_name = endpoints, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    unit_id: Option<Uuid>,
    url: String,
    description: String,
    events: Vec<String>,
    created_at: SqlTimestamp,
    failing_since: Option<SqlTimestamp>,
    disabled_at: Option<SqlTimestamp>,
    disabled_why: Option<String>,
}

impl From<Row> for Endpoint {
    fn from(row: Row) -> Self {
        let why = row.disabled_why.as_deref().and_then(DisabledWhy::of);
        Self {
            id: row.id,
            unit_id: row.unit_id,
            url: row.url,
            description: row.description,
            events: row.events,
            created_at: row.created_at.to_jiff(),
            failing_since: row.failing_since.map(SqlTimestamp::to_jiff),
            disabled: row.disabled_at.map(SqlTimestamp::to_jiff).zip(why),
        }
    }
}

/// Whose endpoints: a unit's, or the office's.
pub type Owner = Option<Uuid>;

/// Writes a new endpoint with its sealed secret.
pub async fn insert(
    conn: &mut Conn,
    endpoint: &Endpoint,
    sealed_secret: &str,
    created_by: Uuid,
) -> Result<(), DbError> {
    diesel::insert_into(endpoints::table)
        .values((
            endpoints::id.eq(endpoint.id),
            endpoints::unit_id.eq(endpoint.unit_id),
            endpoints::url.eq(&endpoint.url),
            endpoints::description.eq(&endpoint.description),
            endpoints::events.eq(&endpoint.events),
            endpoints::secret.eq(sealed_secret),
            endpoints::created_by.eq(created_by),
            endpoints::created_at.eq(endpoint.created_at.to_diesel()),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// The owner's endpoints, oldest first.
pub async fn list(conn: &mut Conn, owner: Owner) -> Result<Vec<Endpoint>, DbError> {
    let rows: Vec<Row> = endpoints::table
        .filter(endpoints::unit_id.is_not_distinct_from(owner))
        .order((endpoints::created_at, endpoints::id))
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Endpoint::from).collect())
}

/// One of the owner's endpoints.
pub async fn find(conn: &mut Conn, owner: Owner, id: Uuid) -> Result<Option<Endpoint>, DbError> {
    let row: Option<Row> = endpoints::table
        .find(id)
        .filter(endpoints::unit_id.is_not_distinct_from(owner))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Endpoint::from))
}

/// One of the owner's endpoints, locked until the transaction ends.
pub async fn lock(conn: &mut Conn, owner: Owner, id: Uuid) -> Result<Option<Endpoint>, DbError> {
    let row: Option<Row> = endpoints::table
        .find(id)
        .filter(endpoints::unit_id.is_not_distinct_from(owner))
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Endpoint::from))
}

/// Writes back what its owner, or a failure, has changed.
pub async fn update(conn: &mut Conn, endpoint: &Endpoint) -> Result<(), DbError> {
    let (disabled_at, why) = endpoint.disabled.unzip();
    diesel::update(endpoints::table.find(endpoint.id))
        .set((
            endpoints::url.eq(&endpoint.url),
            endpoints::description.eq(&endpoint.description),
            endpoints::events.eq(&endpoint.events),
            endpoints::failing_since.eq(endpoint.failing_since.map(|at| at.to_diesel())),
            endpoints::disabled_at.eq(disabled_at.map(|at| at.to_diesel())),
            endpoints::disabled_why.eq(why.map(DisabledWhy::as_str)),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Gives it a new sealed secret; the one before signs beside it for a while.
pub async fn rotate(
    conn: &mut Conn,
    id: Uuid,
    sealed_secret: &str,
    former_until: Timestamp,
) -> Result<(), DbError> {
    diesel::update(endpoints::table.find(id))
        .set((
            endpoints::former_secret.eq(endpoints::secret.nullable()),
            endpoints::former_until.eq(Some(former_until.to_diesel())),
            endpoints::secret.eq(sealed_secret),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Removes it with its log.
pub async fn remove(conn: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(endpoints::table.find(id))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Notes how an attempt at it went; answers it when it fails, as it was before: locked, for judging whether it is dead.
pub async fn note(
    conn: &mut Conn,
    id: Uuid,
    answered_well: bool,
    now: Timestamp,
) -> Result<Option<Endpoint>, DbError> {
    if answered_well {
        let failing = endpoints::table
            .find(id)
            .filter(endpoints::failing_since.is_not_null());
        diesel::update(failing)
            .set(endpoints::failing_since.eq(None::<SqlTimestamp>))
            .execute(conn)
            .await?;
        return Ok(None);
    }
    let row: Option<Row> = endpoints::table
        .find(id)
        .filter(endpoints::disabled_at.is_null())
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut endpoint = Endpoint::from(row);
    if endpoint.failing_since.is_none() {
        endpoint.failing_since = Some(now);
        update(conn, &endpoint).await?;
    }
    Ok(Some(endpoint))
}
