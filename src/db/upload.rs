//! Uploads: who began which, and what became of it. How many bytes of one are here is not known here, but to the photo store.

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::schema::uploads;
use super::{Conn, DbError};
use crate::domain::access::{Action, roles};
use crate::domain::account::Role;
use crate::domain::evidence::upload::{LIFE, Stage, Upload};
use crate::domain::evidence::{Sha256Digest, StoredPhoto};

const COLUMNS: &str = "id, account_id, aid, sha256, size_bytes, mime, blob_key, finished_at IS NOT NULL AS finished, expires_at";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    aid: Option<Uuid>,
    #[diesel(sql_type = Nullable<Binary>)]
    sha256: Option<Vec<u8>>,
    #[diesel(sql_type = BigInt)]
    size_bytes: i64,
    #[diesel(sql_type = Text)]
    mime: String,
    #[diesel(sql_type = Nullable<Text>)]
    blob_key: Option<String>,
    #[diesel(sql_type = Bool)]
    finished: bool,
    #[diesel(sql_type = Timestamptz)]
    expires_at: SqlTimestamp,
}

impl TryFrom<Row> for Upload {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let sha256 = row.sha256.map(<[u8; 32]>::try_from).transpose();
        let sha256 = sha256.map_err(|_wrong_length| {
            DbError::DeserializationError("a digest of another length".into())
        })?;
        Ok(Self {
            id: row.id,
            account_id: row.account_id,
            aid: row.aid,
            sha256: sha256.map(Sha256Digest),
            size_bytes: u64::try_from(row.size_bytes).unwrap_or(0),
            mime: row.mime,
            expires_at: row.expires_at.to_jiff(),
            stage: match (row.finished, row.blob_key) {
                (_, Some(key)) => Stage::SetAside(key),
                (true, None) => Stage::Done,
                (false, None) => Stage::Open,
            },
        })
    }
}

/// What is begun.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// The photo, if the sender names it.
    pub aid: Option<Uuid>,
    /// Of the whole file, if the sender states it.
    pub sha256: Option<Sha256Digest>,
    /// Length of the whole file.
    pub size_bytes: u64,
    /// Media type.
    pub mime: String,
}

/// Begins an upload, or answers the one that the account began for this photo with the same digest and length. `whole` says that the photo has its
/// bytes already. None when the photo's upload is another one.
pub async fn begin(
    conn: &mut Conn,
    account_id: Uuid,
    new: &NewUpload,
    whole: bool,
    now: Timestamp,
) -> Result<Option<Upload>, DbError> {
    let row: Option<Row> = cached(format!(
        "INSERT INTO uploads (id, account_id, aid, sha256, size_bytes, mime, finished_at, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7 THEN $8 END, $8, $9) \
         ON CONFLICT (aid) DO UPDATE SET expires_at = EXCLUDED.expires_at, sha256 = coalesce(uploads.sha256, EXCLUDED.sha256), \
           finished_at = coalesce(uploads.finished_at, EXCLUDED.finished_at) \
          WHERE uploads.account_id = EXCLUDED.account_id AND uploads.size_bytes = EXCLUDED.size_bytes AND uploads.expires_at > $8 \
            AND coalesce(uploads.sha256 = EXCLUDED.sha256, true) \
         RETURNING {COLUMNS}"
    ))
    .bind::<SqlUuid, _>(Uuid::new_v4())
    .bind::<SqlUuid, _>(account_id)
    .bind::<Nullable<SqlUuid>, _>(new.aid)
    .bind::<Nullable<Binary>, _>(new.sha256.map(|digest| digest.0.to_vec()))
    .bind::<BigInt, _>(i64::try_from(new.size_bytes).unwrap_or(i64::MAX))
    .bind::<Text, _>(&new.mime)
    .bind::<Bool, _>(whole)
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Timestamptz, _>((now + LIFE).to_diesel())
    .get_result(conn)
    .await
    .optional()?;
    row.map(Upload::try_from).transpose()
}

/// An upload that has not expired.
pub async fn find(conn: &mut Conn, id: Uuid, now: Timestamp) -> Result<Option<Upload>, DbError> {
    let row: Option<Row> = cached(format!(
        "SELECT {COLUMNS} FROM uploads WHERE id = $1 AND expires_at > $2"
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await
    .optional()?;
    row.map(Upload::try_from).transpose()
}

/// Whose upload it is that a photo has, and whether it has expired.
pub async fn holder(
    conn: &mut Conn,
    aid: Uuid,
    now: Timestamp,
) -> Result<Option<(Uuid, bool)>, DbError> {
    uploads::table
        .filter(uploads::aid.eq(aid))
        .select((uploads::account_id, uploads::expires_at.le(now.to_diesel())))
        .first(conn)
        .await
        .optional()
}

/// Uploads of an account for these photos that are still open.
pub async fn open_among(
    conn: &mut Conn,
    account_id: Uuid,
    aids: &[Uuid],
    now: Timestamp,
) -> Result<Vec<Upload>, DbError> {
    let rows: Vec<Row> = cached(format!(
        "SELECT {COLUMNS} FROM uploads \
          WHERE account_id = $1 AND aid = ANY ($2) AND expires_at > $3 AND finished_at IS NULL"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<Array<SqlUuid>, _>(aids)
    .bind::<Timestamptz, _>(now.to_diesel())
    .load(conn)
    .await?;
    rows.into_iter().map(Upload::try_from).collect()
}

/// Moves the end of an upload.
pub async fn extend(conn: &mut Conn, id: Uuid, expires_at: Timestamp) -> Result<(), DbError> {
    diesel::update(uploads::table.find(id))
        .set(uploads::expires_at.eq(expires_at.to_diesel()))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Makes an upload as if it were not there: it waits to be cleared away, and its photo is free for another. Answers where its bytes lie if
/// they were set aside: they are nobody's now.
pub async fn forget(conn: &mut Conn, id: Uuid, now: Timestamp) -> Result<Option<String>, DbError> {
    let row: Option<KeyRow> = cached(
        "WITH held AS (SELECT id, blob_key FROM uploads WHERE id = $1 FOR UPDATE) \
         UPDATE uploads u SET expires_at = $2, aid = NULL, blob_key = NULL FROM held WHERE u.id = held.id \
         RETURNING held.blob_key",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.and_then(|row| row.blob_key))
}

/// Takes the photo from an upload that has expired.
pub async fn release(conn: &mut Conn, aid: Uuid, now: Timestamp) -> Result<(), DbError> {
    let expired = uploads::table
        .filter(uploads::aid.eq(aid))
        .filter(uploads::expires_at.le(now.to_diesel()));
    diesel::update(expired)
        .set(uploads::aid.eq(None::<Uuid>))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Removes an upload's row.
pub async fn remove(conn: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(uploads::table.find(id))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Roles whose photos are taken.
fn senders() -> Vec<&'static str> {
    let roles = roles(Action::StorePhoto).iter().copied();
    roles.map(Role::as_str).collect()
}

/// Says that the photo has the bytes of an upload. False when it was said before, or when the account may not send photos now.
pub async fn finish(
    conn: &mut Conn,
    id: Uuid,
    with_demo: bool,
    now: Timestamp,
) -> Result<bool, DbError> {
    let changed = cached(
        "UPDATE uploads u SET finished_at = $4, blob_key = NULL FROM accounts a \
          WHERE u.id = $1 AND (u.finished_at IS NULL OR u.blob_key IS NOT NULL) \
            AND a.id = u.account_id AND a.active AND (NOT a.demo OR $2) AND a.role = ANY ($3)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Bool, _>(with_demo)
    .bind::<Array<Text>, _>(senders())
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(conn)
    .await?;
    Ok(changed == 1)
}

/// Says that an upload is whole and waits for a photo to take its bytes. False when it was whole before.
pub async fn set_aside(
    conn: &mut Conn,
    id: Uuid,
    sha256: Sha256Digest,
    blob_key: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let changed = diesel::update(uploads::table.find(id))
        .filter(uploads::finished_at.is_null())
        .set((
            uploads::finished_at.eq(Some(now.to_diesel())),
            uploads::sha256.eq(Some(sha256.0.to_vec())),
            uploads::blob_key.eq(Some(blob_key)),
        ))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = Nullable<Text>)]
    blob_key: Option<String>,
}

/// Gives a photo, whose row the caller has locked, the bytes that were set aside for it, if its sender may still send photos.
/// Answers where they lie.
pub async fn take_aside(
    conn: &mut Conn,
    photo: &StoredPhoto,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    let declared = &photo.declared;
    let row: Option<KeyRow> = cached(
        "WITH taken AS (SELECT u.id, u.blob_key FROM uploads u JOIN accounts a ON a.id = u.account_id \
            WHERE u.blob_key IS NOT NULL AND u.sha256 = $1 AND u.size_bytes = $2 AND u.account_id = $3 AND u.expires_at > $4 \
              AND coalesce(u.aid = $5, true) AND a.active AND a.role = ANY ($6) \
            ORDER BY u.aid NULLS LAST, u.id LIMIT 1 FOR UPDATE OF u SKIP LOCKED) \
         UPDATE uploads u SET blob_key = NULL FROM taken WHERE u.id = taken.id RETURNING taken.blob_key",
    )
    .bind::<Binary, _>(declared.sha256.0.to_vec())
    .bind::<BigInt, _>(i64::try_from(declared.size_bytes).unwrap_or(i64::MAX))
    .bind::<SqlUuid, _>(photo.account_id)
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<SqlUuid, _>(declared.aid)
    .bind::<Array<Text>, _>(senders())
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.and_then(|row| row.blob_key))
}

#[derive(QueryableByName)]
struct AidRow {
    #[diesel(sql_type = SqlUuid)]
    aid: Uuid,
}

/// Photos that were declared and have no bytes while an upload with such bytes is set aside.
pub async fn waiting_for_aside(
    conn: &mut Conn,
    upload: Option<Uuid>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<AidRow> = cached(
        "SELECT p.id AS aid FROM uploads u JOIN attachments p ON p.account_id = u.account_id AND p.sha256 = u.sha256 \
            AND p.size_bytes = u.size_bytes AND p.stored_at IS NULL AND coalesce(u.aid = p.id, true) \
          WHERE u.blob_key IS NOT NULL AND u.expires_at > $1 AND coalesce(u.id = $2, true) ORDER BY p.created_at LIMIT $3",
    )
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Nullable<SqlUuid>, _>(upload)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.aid).collect())
}

/// Uploads that expired before an instant, with the key of what was set aside.
pub async fn expired(
    conn: &mut Conn,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(Uuid, Option<String>)>, DbError> {
    uploads::table
        .filter(uploads::expires_at.le(before.to_diesel()))
        .order(uploads::expires_at)
        .limit(limit)
        .select((uploads::id, uploads::blob_key))
        .load(conn)
        .await
}
