//! Sessions: one login of one account, on a phone or in a browser. The phone and the refresh tokens are in the files
//! below.

pub mod device;
pub mod refresh_token;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::cached::cached;
use super::schema::sessions;
use super::{Conn, DbError};
use crate::domain::account::{Actor, ActorUnit, Role};

/// Why a session was ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeReason {
    /// The person logged out.
    Logout,
    /// A refresh token came again after its successor was used: two hold it.
    TokenReuse,
    /// The account was switched off, or changed its role, unit or password.
    AccountChanged,
}

impl RevokeReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::TokenReuse => "token_reuse",
            Self::AccountChanged => "account_changed",
        }
    }
}

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Id.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// The phone.
    pub device_id: Option<Uuid>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    account_id: Uuid,
    device_id: Option<Uuid>,
    created_at: jiff_diesel::Timestamp,
    expires_at: jiff_diesel::Timestamp,
}

/// Writes a new session.
pub async fn insert(conn: &mut Conn, session: &Session) -> Result<(), DbError> {
    diesel::insert_into(sessions::table)
        .values(Row {
            id: session.id,
            account_id: session.account_id,
            device_id: session.device_id,
            created_at: session.created_at.to_diesel(),
            expires_at: session.expires_at.to_diesel(),
        })
        .execute(conn)
        .await
        .map(|_| ())
}

/// Locks a session that was not revoked until the transaction ends.
pub async fn lock_live(conn: &mut Conn, id: Uuid) -> Result<Option<Session>, DbError> {
    let row = sessions::table
        .find(id)
        .filter(sessions::revoked_at.is_null())
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(|row| Session {
        id: row.id,
        account_id: row.account_id,
        device_id: row.device_id,
        created_at: row.created_at.to_jiff(),
        expires_at: row.expires_at.to_jiff(),
    }))
}

/// Moves the end of a session.
pub async fn extend(conn: &mut Conn, id: Uuid, expires_at: Timestamp) -> Result<(), DbError> {
    diesel::update(sessions::table.find(id))
        .set(sessions::expires_at.eq(expires_at.to_diesel()))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Ends a session.
pub async fn revoke(
    conn: &mut Conn,
    id: Uuid,
    reason: RevokeReason,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(sessions::table.find(id))
        .filter(sessions::revoked_at.is_null())
        .set((
            sessions::revoked_at.eq(now.to_diesel()),
            sessions::revoke_reason.eq(reason.as_str()),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Ends every session of an account.
pub async fn revoke_all(
    conn: &mut Conn,
    account_id: Uuid,
    reason: RevokeReason,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(sessions::table)
        .filter(sessions::account_id.eq(account_id))
        .filter(sessions::revoked_at.is_null())
        .set((
            sessions::revoked_at.eq(now.to_diesel()),
            sessions::revoke_reason.eq(reason.as_str()),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Who is behind a session, as things stand now.
#[derive(Debug, Clone, Copy)]
pub struct Behind {
    /// What the account may do.
    pub role: Role,
    /// The phone of the login.
    pub device_id: Option<Uuid>,
    /// The account's unit.
    pub unit_id: Option<Uuid>,
    /// Which version of the tree of units is in force (`reference::Stamps`).
    pub units_version: i64,
}

#[derive(QueryableByName)]
struct BehindRow {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    device_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    units_version: i64,
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    lineage: Option<Vec<Uuid>>,
    #[diesel(sql_type = Array<SqlUuid>)]
    subtree: Vec<Uuid>,
}

/// An account as a caller without a login, for work that it sent while it had one: role and unit as they are now.
pub async fn find_sender(
    conn: &mut Conn,
    account_id: Uuid,
    device_id: Option<Uuid>,
) -> Result<Option<Actor>, DbError> {
    let row: Option<PersonRow> = cached(
        "SELECT accounts.role, accounts.unit_id, units.lineage, \
                ARRAY(SELECT below.id FROM units below WHERE accounts.unit_id = ANY (below.lineage)) AS subtree \
         FROM accounts LEFT JOIN units ON units.id = accounts.unit_id WHERE accounts.id = $1",
    )
    .bind::<SqlUuid, _>(account_id)
    .get_result(conn)
    .await
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    let (lineage, subtree) = (row.lineage, row.subtree);
    Ok(Some(Actor {
        account_id,
        role: row
            .role
            .parse::<Role>()
            .map_err(|error| DbError::DeserializationError(error.into()))?,
        unit: row.unit_id.zip(lineage).map(|(id, lineage)| ActorUnit {
            id,
            lineage,
            subtree,
        }),
        session_id: Uuid::nil(),
        device_id,
    }))
}

/// Who is behind a session; none when the session was revoked, or the account may not log in. Every request asks this first: it reads
/// three rows by their keys, and the tree of units is in memory.
pub async fn find_behind(
    mut conn: &Conn,
    session_id: Uuid,
    account_id: Uuid,
    with_demo: bool,
) -> Result<Option<Behind>, DbError> {
    let row: Option<BehindRow> = cached(
        "SELECT accounts.role, sessions.device_id, accounts.unit_id, \
                coalesce((SELECT version FROM reference_stamps WHERE topic = 'units'), 0) AS units_version \
           FROM sessions JOIN accounts ON accounts.id = sessions.account_id \
          WHERE sessions.id = $1 AND accounts.id = $2 AND sessions.revoked_at IS NULL \
            AND accounts.active AND (NOT accounts.demo OR $3)",
    )
    .bind::<SqlUuid, _>(session_id)
    .bind::<SqlUuid, _>(account_id)
    .bind::<Bool, _>(with_demo)
    .get_result(&mut conn)
    .await
    .optional()?;
    row.map(|row| {
        let role = row.role.parse::<Role>();
        Ok(Behind {
            role: role.map_err(|error| DbError::DeserializationError(error.into()))?,
            device_id: row.device_id,
            unit_id: row.unit_id,
            units_version: row.units_version,
        })
    })
    .transpose()
}
