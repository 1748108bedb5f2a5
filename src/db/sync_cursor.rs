//! Cursors: how far each phone has come, under names that tell nothing.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::cached::cached;
use super::feed::read::Moment;
use super::{Conn, DbError};
use crate::domain::account::Role;

/// Whose cursor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The phone.
    pub device_id: Uuid,
    /// Who is logged in on it.
    pub account_id: Uuid,
    /// In which role: another role reads other rows.
    pub role: Role,
}

/// Gives a phone a cursor for a moment and the scopes that it was sent up to it. Nobody waits for the disk: a cursor that a crash of
/// PostgreSQL takes back is one that nobody knows, and its phone pulls anew.
pub async fn give(
    conn: &mut Conn,
    token: Uuid,
    holder: Holder,
    moment: &Moment,
    scopes: &[String],
    now: Timestamp,
) -> Result<(), DbError> {
    cached(
        "WITH phone AS (UPDATE devices SET cursors_given = cursors_given + 1, last_seen_at = $7 WHERE id = $2 RETURNING cursors_given) \
         INSERT INTO sync_cursors (token, device_id, ordinal, account_id, epoch, snap, scopes, created_at, role) \
         SELECT $1, $2, cursors_given, $3, $4, $5, $6, $7, $8 FROM phone, set_config('synchronous_commit', 'off', true)",
    )
    .bind::<SqlUuid, _>(token)
    .bind::<SqlUuid, _>(holder.device_id)
    .bind::<SqlUuid, _>(holder.account_id)
    .bind::<SqlUuid, _>(moment.epoch)
    .bind::<Text, _>(&moment.snapshot)
    .bind::<Array<Text>, _>(scopes)
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Text, _>(holder.role.as_str())
    .execute(conn)
    .await
    .map(|_| ())
}

/// Notes that a cursor came back: the phone has everything that it was given with it.
pub async fn note_presented(conn: &mut Conn, token: Uuid, now: Timestamp) -> Result<(), DbError> {
    cached("UPDATE sync_cursors SET presented_at = $2 WHERE token = $1 AND presented_at IS NULL")
        .bind::<SqlUuid, _>(token)
        .bind::<Timestamptz, _>(now.to_diesel())
        .execute(conn)
        .await
        .map(|_| ())
}

/// Until when work on a ticket is still taken that a phone with this cursor did not know it had lost; none when its cursor does
/// not show that it ever had the ticket, or when it was told.
pub async fn accept_until(
    conn: &mut Conn,
    token: Uuid,
    holder: Holder,
    ticket_id: Uuid,
) -> Result<Option<Timestamp>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        accept_until: Option<jiff_diesel::Timestamp>,
    }
    let row: Row = cached(
        "SELECT max(f.accept_until) AS accept_until \
           FROM sync_cursors c, feed_base b, sync_feed f \
          WHERE c.token = $1 AND c.device_id = $2 AND c.account_id = $3 AND c.epoch = b.epoch \
            AND f.entity_id = $4 AND f.entity = 'tickets' AND f.state = 'left' AND f.scope = ANY (c.scopes) \
            AND (f.since < b.base OR pg_visible_in_snapshot((f.since - b.base)::text::xid8, c.snap::pg_snapshot)) \
            AND f.tx >= b.base AND NOT pg_visible_in_snapshot((f.tx - b.base)::text::xid8, c.snap::pg_snapshot)",
    )
    .bind::<SqlUuid, _>(token)
    .bind::<SqlUuid, _>(holder.device_id)
    .bind::<SqlUuid, _>(holder.account_id)
    .bind::<SqlUuid, _>(ticket_id)
    .get_result(conn)
    .await?;
    Ok(row.accept_until.map(jiff_diesel::Timestamp::to_jiff))
}
