//! Devices: the phones that people log in on, by the id that each phone made for itself.

use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use crate::db::schema::devices;
use crate::db::{Conn, DbError};

/// Writes a phone, or its present name. False, and nothing written, when its id belongs to another account.
pub async fn upsert(
    conn: &mut Conn,
    id: Uuid,
    account_id: Uuid,
    name: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let seen = (
        devices::name.eq(name),
        devices::last_seen_at.eq(now.to_diesel()),
    );
    let insert = diesel::insert_into(devices::table)
        .values((
            devices::id.eq(id),
            devices::account_id.eq(account_id),
            devices::created_at.eq(now.to_diesel()),
            seen,
        ))
        .on_conflict(devices::id)
        .do_update()
        .set(seen);
    let written = FilterDsl::filter(insert, devices::account_id.eq(account_id))
        .execute(conn)
        .await?;
    Ok(written == 1)
}

/// Notes that a phone was heard of.
pub async fn touch(conn: &mut Conn, id: Uuid, now: Timestamp) -> Result<(), DbError> {
    diesel::update(devices::table)
        .filter(devices::id.eq(id))
        .set(devices::last_seen_at.eq(now.to_diesel()))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Makes a phone known that is named by a request and not by a login. False when its id belongs to another account.
pub async fn adopt(
    conn: &mut Conn,
    id: Uuid,
    account_id: Uuid,
    now: Timestamp,
) -> Result<bool, DbError> {
    let owner = devices::table
        .find(id)
        .select(devices::account_id)
        .first::<Uuid>(conn)
        .await
        .optional()?;
    match owner {
        Some(owner) => Ok(owner == account_id),
        None => upsert(conn, id, account_id, "", now).await,
    }
}
