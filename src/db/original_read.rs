//! The access trail of originals: append-only, a trigger refuses anything else.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::schema::original_reads;
use super::{Conn, DbError};
use crate::domain::account::Actor;
use crate::domain::evidence::{OriginalRead, OriginalReadFilter};

/// Where a page goes on: instant and id of the last line before.
pub type Place = (Timestamp, Uuid);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    photo_key: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    device_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    read_at: SqlTimestamp,
}

impl From<Row> for OriginalRead {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            photo_key: row.photo_key,
            reader_id: row.account_id,
            username: row.username,
            display_name: row.display_name,
            role: row.role,
            device_id: row.device_id,
            read_at: row.read_at.to_jiff(),
        }
    }
}

/// Adds a line.
pub async fn insert(
    conn: &mut Conn,
    actor: &Actor,
    photo_key: Uuid,
    at: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(original_reads::table)
        .values((
            original_reads::id.eq(Uuid::new_v4()),
            original_reads::photo_key.eq(photo_key),
            original_reads::account_id.eq(actor.account_id),
            original_reads::role.eq(actor.role.as_str()),
            original_reads::device_id.eq(actor.device_id),
            original_reads::read_at.eq(at.to_diesel()),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

const PAGE: &str = "\
SELECT r.id, r.photo_key, r.account_id, i.username, i.display_name, r.role, r.device_id, r.read_at \
  FROM original_reads r JOIN accounts i ON i.id = r.account_id \
 WHERE ($1::uuid IS NULL OR r.photo_key = $1) AND ($2::uuid IS NULL OR r.account_id = $2) \
   AND ($3::uuid IS NULL OR r.photo_key IN (SELECT a.photo_key FROM ticket_photos p JOIN attachments a ON a.id = p.attachment_id \
                                             WHERE p.ticket_id = $3)) \
   AND ($4::timestamptz IS NULL OR (r.read_at, r.id) < ($4, $5)) \
 ORDER BY r.read_at DESC, r.id DESC LIMIT $6";

/// The latest lines behind a place.
pub async fn page(
    conn: &mut Conn,
    filter: OriginalReadFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<OriginalRead>, DbError> {
    let rows: Vec<Row> = cached(PAGE)
        .bind::<Nullable<SqlUuid>, _>(filter.photo_key)
        .bind::<Nullable<SqlUuid>, _>(filter.reader_id)
        .bind::<Nullable<SqlUuid>, _>(filter.ticket_id)
        .bind::<Nullable<Timestamptz>, _>(after.map(|(at, _)| at.to_diesel()))
        .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| id))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(OriginalRead::from).collect())
}
