//! Photos: what was declared of them, and where their bytes lie. What they are linked with is in `link`.

pub mod exif;
pub mod fingerprint;
pub mod flag;
pub mod flag_reader;
pub mod keeping;
mod link;

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde::Serialize;
use uuid::Uuid;

use super::cached::{Bytes, Fragment, insert, instant};
use super::schema::attachments;
use super::{Conn, DbError};
use crate::domain::evidence::{DeclaredPhoto, PhotoRole, Rendition, Sha256Digest, StoredPhoto};

pub use self::link::{
    last_submission, link_event, link_findings, link_more, link_reports, shown_on,
    submissions_waiting_for, tickets_showing,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = attachments, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    photo_key: Uuid,
    account_id: Uuid,
    sha256: Vec<u8>,
    size_bytes: i64,
    mime: String,
    blob_key: Option<String>,
    stored_at: Option<SqlTimestamp>,
    rendition: String,
    display_key: Option<String>,
    thumb_key: Option<String>,
}

impl TryFrom<Row> for StoredPhoto {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let sha256 = <[u8; 32]>::try_from(row.sha256).map_err(|_wrong_length| {
            DbError::DeserializationError("a digest of another length".into())
        })?;
        Ok(Self {
            photo_key: row.photo_key,
            account_id: row.account_id,
            declared: DeclaredPhoto {
                aid: row.id,
                sha256: Sha256Digest(sha256),
                size_bytes: u64::try_from(row.size_bytes).unwrap_or(0),
                mime: row.mime,
            },
            blob_key: row.blob_key,
            stored_at: row.stored_at.map(SqlTimestamp::to_jiff),
            rendition: match row.rendition.as_str() {
                "ready" => Rendition::Ready,
                "unreadable" => Rendition::Unreadable,
                "unsupported" => Rendition::Unsupported,
                _ => Rendition::None,
            },
            display_key: row.display_key,
            thumb_key: row.thumb_key,
        })
    }
}

#[derive(Insertable, Serialize)]
#[diesel(table_name = attachments, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: Uuid,
    photo_key: Uuid,
    account_id: Uuid,
    sha256: Bytes<'a>,
    size_bytes: i64,
    mime: &'a str,
    #[serde(serialize_with = "instant")]
    created_at: SqlTimestamp,
}

/// Makes the rows of photos that are not known yet, then locks and answers all of them in the order of their ids. Of
/// several declarations with one id the first counts. Beside them, which of the new ones have their bytes set aside already.
pub async fn declare<'a>(
    conn: &Conn,
    account_id: Uuid,
    photos: impl IntoIterator<Item = &'a DeclaredPhoto>,
    at: Timestamp,
) -> Result<(Vec<StoredPhoto>, Vec<Uuid>), DbError> {
    let mut photos: Vec<&DeclaredPhoto> = photos.into_iter().collect();
    photos.sort_by_key(|photo| photo.aid);
    photos.dedup_by_key(|photo| photo.aid);
    let rows: Vec<NewRow<'_>> = photos
        .iter()
        .map(|photo| NewRow {
            id: photo.aid,
            photo_key: Uuid::new_v4(),
            account_id,
            sha256: Bytes(&photo.sha256.0),
            size_bytes: i64::try_from(photo.size_bytes).unwrap_or(i64::MAX),
            mime: &photo.mime,
            created_at: at.to_diesel(),
        })
        .collect();
    let mut declared: Vec<StoredPhoto> = Vec::with_capacity(rows.len());
    let mut with_bytes = Vec::new();
    // Once, unless a photo that is known is removed at this moment (see `keeping`).
    loop {
        let known: HashSet<Uuid> = declared.iter().map(|photo| photo.declared.aid).collect();
        let missing = photos.iter().zip(&rows);
        let missing: Vec<_> = missing
            .filter(|(photo, _)| !known.contains(&photo.aid))
            .collect();
        if missing.is_empty() {
            declared.sort_by_key(|photo| photo.declared.aid);
            return Ok((declared, with_bytes));
        }
        let (found, found_with_bytes) = make_or_lock(conn, &missing).await?;
        declared.extend(found);
        with_bytes.extend(found_with_bytes);
    }
}

async fn make_or_lock(
    mut conn: &Conn,
    photos: &[(&&DeclaredPhoto, &NewRow<'_>)],
) -> Result<(Vec<StoredPhoto>, Vec<Uuid>), DbError> {
    let rows: Vec<&NewRow<'_>> = photos.iter().map(|(_, row)| *row).collect();
    let new = make(conn, &rows).await?;
    let with_bytes = new.iter().filter(|(_, has_bytes)| *has_bytes);
    let with_bytes: Vec<Uuid> = with_bytes.map(|(id, _)| *id).collect();
    let new: HashSet<Uuid> = new.into_iter().map(|(id, _)| id).collect();
    let (made, known): (Vec<_>, Vec<_>) = photos
        .iter()
        .partition(|(photo, _)| new.contains(&photo.aid));
    let mut found: Vec<StoredPhoto> = made
        .into_iter()
        .map(|(photo, row)| as_declared(photo, row))
        .collect();
    if !known.is_empty() {
        let known: Vec<Uuid> = known.into_iter().map(|(photo, _)| photo.aid).collect();
        let rows: Vec<Row> = attachments::table
            .filter(attachments::id.eq_any(known))
            .order(attachments::id)
            .select(Row::as_select())
            .for_update()
            .load(&mut conn)
            .await?;
        for row in rows {
            found.push(StoredPhoto::try_from(row)?);
        }
    }
    Ok((found, with_bytes))
}

/// Writes rows except those whose ids are taken; answers the ids of those written, and whether their bytes are set aside. As
/// [`insert_new`](super::cached::insert_new).
async fn make(mut conn: &Conn, rows: &[&NewRow<'_>]) -> Result<Vec<(Uuid, bool)>, DbError> {
    if let [row] = rows {
        return diesel::insert_into(attachments::table)
            .values(*row)
            .on_conflict(attachments::id)
            .do_nothing()
            .returning((attachments::id, Fragment::new(HAS_BYTES)))
            .load(&mut conn)
            .await;
    }
    let made: Vec<NewIdRow> = insert("attachments", rows)?
        .then(" ON CONFLICT (id) DO NOTHING RETURNING id, ")
        .then(HAS_BYTES)
        .then(" AS has_bytes")
        .load(&mut conn)
        .await?;
    Ok(made
        .into_iter()
        .map(|row| (row.id, row.has_bytes))
        .collect())
}

const HAS_BYTES: &str = "\
EXISTS (SELECT FROM uploads u WHERE u.blob_key IS NOT NULL AND u.sha256 = attachments.sha256 AND u.account_id = attachments.account_id)";

#[derive(QueryableByName)]
struct NewIdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    has_bytes: bool,
}

fn as_declared(photo: &DeclaredPhoto, row: &NewRow<'_>) -> StoredPhoto {
    StoredPhoto {
        photo_key: row.photo_key,
        account_id: row.account_id,
        declared: photo.clone(),
        blob_key: None,
        stored_at: None,
        rendition: Rendition::None,
        display_key: None,
        thumb_key: None,
    }
}

/// A photo by the id that its phone gave it.
pub async fn find(conn: &mut Conn, aid: Uuid) -> Result<Option<StoredPhoto>, DbError> {
    let row: Option<Row> = attachments::table
        .find(aid)
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(StoredPhoto::try_from).transpose()
}

/// The same, locked until the transaction ends.
pub async fn lock(conn: &mut Conn, aid: Uuid) -> Result<Option<StoredPhoto>, DbError> {
    let row: Option<Row> = attachments::table
        .find(aid)
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    row.map(StoredPhoto::try_from).transpose()
}

/// A photo by either of its names.
pub async fn find_by_any_name(conn: &mut Conn, id: Uuid) -> Result<Option<StoredPhoto>, DbError> {
    let row: Option<Row> = attachments::table
        .filter(attachments::photo_key.eq(id).or(attachments::id.eq(id)))
        .select(Row::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(StoredPhoto::try_from).transpose()
}

/// Says that the bytes are here. Answers whether they were not before: a concurrent twin finds them stored.
pub async fn mark_stored(
    conn: &mut Conn,
    aid: Uuid,
    blob_key: &str,
    at: Timestamp,
) -> Result<bool, DbError> {
    let changed = diesel::update(attachments::table.find(aid))
        .filter(attachments::stored_at.is_null())
        .set((
            attachments::blob_key.eq(Some(blob_key)),
            attachments::stored_at.eq(Some(at.to_diesel())),
        ))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

/// What was made of a photo.
#[derive(Debug, Clone)]
pub enum Rendered {
    /// Both renditions, by their blob keys, and the upright size of the original in pixels.
    Ready {
        /// 1600 px.
        display_key: String,
        /// 320 px.
        thumb_key: String,
        /// Width.
        width_px: i32,
        /// Height.
        height_px: i32,
    },
    /// No decodable photo.
    Unreadable,
    /// A photo in a format that cannot be decoded here.
    Unsupported,
}

/// Notes what was made of a photo.
pub async fn mark_rendered(conn: &mut Conn, aid: Uuid, rendered: &Rendered) -> Result<(), DbError> {
    let target = attachments::table.find(aid);
    let word = match rendered {
        Rendered::Ready {
            display_key,
            thumb_key,
            width_px,
            height_px,
        } => {
            return diesel::update(target)
                .set((
                    attachments::rendition.eq("ready"),
                    attachments::display_key.eq(Some(display_key)),
                    attachments::thumb_key.eq(Some(thumb_key)),
                    attachments::width_px.eq(Some(width_px)),
                    attachments::height_px.eq(Some(height_px)),
                ))
                .execute(conn)
                .await
                .map(|_| ());
        }
        Rendered::Unreadable => "unreadable",
        Rendered::Unsupported => "unsupported",
    };
    diesel::update(target)
        .set(attachments::rendition.eq(word))
        .execute(conn)
        .await
        .map(|_| ())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The role that a word stands for.
pub(in crate::db) fn role(word: &str) -> PhotoRole {
    match word {
        "before" => PhotoRole::Before,
        "after" => PhotoRole::After,
        "recheck" => PhotoRole::Recheck,
        _ => PhotoRole::Comment,
    }
}

/// Of these photos of an account, those whose bytes are here, with their digests.
pub async fn stored_of(
    conn: &mut Conn,
    account_id: Uuid,
    aids: &[Uuid],
) -> Result<Vec<(Uuid, Sha256Digest)>, DbError> {
    let rows: Vec<(Uuid, Vec<u8>)> = attachments::table
        .filter(attachments::id.eq_any(aids))
        .filter(attachments::account_id.eq(account_id))
        .filter(attachments::stored_at.is_not_null())
        .select((attachments::id, attachments::sha256))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(aid, digest)| Some((aid, Sha256Digest(digest.try_into().ok()?))))
        .collect())
}
