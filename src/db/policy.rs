//! Policies, versioned: the highest version of a key is in force, and no version is ever changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use serde_json::Value;
use uuid::Uuid;

use super::reference::{Topic, bump};
use super::schema::policies;
use super::{Conn, DbError};
use crate::domain::reference::PolicyVersion;

/// Key and value of every policy that was ever set, as in force now.
pub async fn rows_in_force(conn: &mut Conn) -> Result<Vec<(String, Value)>, DbError> {
    policies::table
        .distinct_on(policies::key)
        .order((policies::key, policies::version.desc()))
        .select((policies::key, policies::value))
        .load(conn)
        .await
}

/// The same with version and time.
pub async fn versions_in_force(conn: &mut Conn) -> Result<Vec<PolicyVersion>, DbError> {
    let rows: Vec<(String, Value, i32, jiff_diesel::Timestamp)> = policies::table
        .distinct_on(policies::key)
        .order((policies::key, policies::version.desc()))
        .select((
            policies::key,
            policies::value,
            policies::version,
            policies::set_at,
        ))
        .load(conn)
        .await?;
    let read = |(key, value, version, set_at): (_, _, i32, jiff_diesel::Timestamp)| {
        Ok(PolicyVersion {
            key,
            value,
            version: u32::try_from(version)
                .map_err(|error| DbError::DeserializationError(error.into()))?,
            set_at: set_at.to_jiff(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// What keys were set to, and when, the oldest first.
pub async fn history(
    conn: &mut Conn,
    keys: &[&str],
) -> Result<Vec<(String, Value, Timestamp)>, DbError> {
    let rows: Vec<(String, Value, jiff_diesel::Timestamp)> = policies::table
        .filter(policies::key.eq_any(keys))
        .order((policies::key, policies::version))
        .select((policies::key, policies::value, policies::set_at))
        .load(conn)
        .await?;
    let read =
        |(key, value, at): (String, Value, jiff_diesel::Timestamp)| (key, value, at.to_jiff());
    Ok(rows.into_iter().map(read).collect())
}

/// Waits until no other transaction sets policies; held to the end of this one.
pub async fn lock(conn: &mut Conn) -> Result<(), DbError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('xuncha policies'))")
        .execute(conn)
        .await
        .map(|_one| ())
}

/// Puts a value in force as the key's next version; under [`lock`].
pub async fn set(
    conn: &mut Conn,
    key: &str,
    value: &Value,
    set_by: Option<Uuid>,
    now: Timestamp,
) -> Result<(), DbError> {
    let last: Option<i32> = policies::table
        .filter(policies::key.eq(key))
        .select(diesel::dsl::max(policies::version))
        .first(conn)
        .await?;
    diesel::insert_into(policies::table)
        .values((
            policies::key.eq(key),
            policies::version.eq(last.unwrap_or(0) + 1),
            policies::value.eq(value),
            policies::set_by.eq(set_by),
            policies::set_at.eq(now.to_diesel()),
        ))
        .execute(conn)
        .await?;
    bump(conn, Topic::Policies).await
}
