//! Which photos nobody will ever need: sent, and never linked with anything. And which blobs no photo names.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::IdRow;
use crate::db::cached::cached;
use crate::db::{Conn, DbError};

/// A photo whose row is gone, with the keys of its blobs.
#[derive(Debug, QueryableByName)]
pub struct Removed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    /// The name that its readers had.
    #[diesel(sql_type = SqlUuid)]
    pub photo_key: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    blob_key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    display_key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    thumb_key: Option<String>,
}

impl Removed {
    /// Keys of what is left in the store.
    pub fn blob_keys(&self) -> impl Iterator<Item = &str> {
        let keys = [&self.blob_key, &self.display_key, &self.thumb_key];
        keys.into_iter().filter_map(|key| key.as_deref())
    }
}

/// Linked with nothing, and declared by no mutation, whatever was made of that: a photo of quarantined work is needed when it is
/// judged again.
const NEVER_LINKED: &str = "NOT EXISTS (SELECT FROM report_attachments l WHERE l.attachment_id = a.id) \
     AND NOT EXISTS (SELECT FROM finding_attachments l WHERE l.attachment_id = a.id) \
     AND NOT EXISTS (SELECT FROM ticket_attachments l WHERE l.attachment_id = a.id) \
     AND NOT EXISTS (SELECT FROM mutation_attachments l WHERE l.attachment_id = a.id)";

/// Photos whose bytes came before an instant and that are linked with nothing.
pub async fn orphans(conn: &mut Conn, before: Timestamp, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<IdRow> = cached(format!(
        "SELECT a.id FROM attachments a WHERE a.stored_at < $1 AND {NEVER_LINKED} ORDER BY a.id LIMIT $2"
    ))
    .bind::<Timestamptz, _>(before.to_diesel())
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Removes those of these photos that still are linked with nothing. Who is about to link one has locked its row, which is passed over
/// here, or finds it gone and declares it anew; and nobody logs a mutation meanwhile, as that declares photos without a look at their rows.
pub async fn remove_orphans(conn: &mut Conn, aids: &[Uuid]) -> Result<Vec<Removed>, DbError> {
    conn.batch_execute("LOCK TABLE mutation_attachments IN SHARE MODE")
        .await?;
    let locked: Vec<IdRow> =
        cached("SELECT id FROM attachments WHERE id = ANY ($1) ORDER BY id FOR UPDATE SKIP LOCKED")
            .bind::<Array<SqlUuid>, _>(aids)
            .load(conn)
            .await?;
    let locked: Vec<Uuid> = locked.into_iter().map(|row| row.id).collect();
    // A statement of its own: it sees what was linked until the locks were had.
    let removed: Vec<Removed> = cached(format!(
        "DELETE FROM attachments a WHERE a.id = ANY ($1) AND {NEVER_LINKED} \
         RETURNING a.id, a.photo_key, a.blob_key, a.display_key, a.thumb_key"
    ))
    .bind::<Array<SqlUuid>, _>(locked)
    .load(conn)
    .await?;
    // Whoever begins the upload again must not be told that it is whole.
    let aids: Vec<Uuid> = removed.iter().map(|photo| photo.id).collect();
    cached(
        "DELETE FROM uploads WHERE aid = ANY ($1) AND finished_at IS NOT NULL AND blob_key IS NULL",
    )
    .bind::<Array<SqlUuid>, _>(aids)
    .execute(conn)
    .await?;
    Ok(removed)
}

/// Of these keys, those that no photo names, and no upload by its id.
pub async fn unnamed(conn: &mut Conn, keys: &[String]) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        key: String,
    }
    let rows: Vec<Row> = cached(
        "SELECT k.key FROM unnest($1::text[]) AS k (key) \
          WHERE NOT EXISTS (SELECT FROM attachments a WHERE a.blob_key = k.key) \
            AND NOT EXISTS (SELECT FROM attachments a WHERE a.display_key = k.key) \
            AND NOT EXISTS (SELECT FROM attachments a WHERE a.thumb_key = k.key) \
            AND NOT EXISTS (SELECT FROM uploads u WHERE u.id = \
                  CASE WHEN k.key ~ '^original/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN substr(k.key, 10)::uuid END)",
    )
    .bind::<Array<Text>, _>(keys)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}
