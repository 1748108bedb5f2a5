//! Photos: what was declared of them, where their bytes lie, and what they are linked with.

pub mod exif;
pub mod fingerprint;
pub mod flag;
pub mod flag_reader;
pub mod keeping;

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde::Serialize;
use uuid::Uuid;

use super::cached::{Bytes, cached, insert, insert_all};
use super::schema::{attachments, ticket_attachments};
use super::{Conn, DbError};
use crate::domain::evidence::{DeclaredPhoto, PhotoRole, Rendition, Sha256Digest, StoredPhoto};

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

#[derive(Serialize)]
struct NewRow<'a> {
    id: Uuid,
    photo_key: Uuid,
    account_id: Uuid,
    sha256: Bytes<'a>,
    size_bytes: i64,
    mime: &'a str,
    created_at: Timestamp,
}

/// Makes the rows of photos that are not known yet, then locks and answers all of them in the order of their ids. Of
/// several declarations with one id the first counts. Beside them, which of the new ones have their bytes set aside already.
pub async fn declare<'a>(
    conn: &mut Conn,
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
            created_at: at,
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
    conn: &mut Conn,
    photos: &[(&&DeclaredPhoto, &NewRow<'_>)],
) -> Result<(Vec<StoredPhoto>, Vec<Uuid>), DbError> {
    let rows: Vec<&NewRow<'_>> = photos.iter().map(|(_, row)| *row).collect();
    let new: Vec<NewIdRow> = insert("attachments", &rows)?
        .then(
            " ON CONFLICT (id) DO NOTHING RETURNING id, EXISTS (SELECT FROM uploads u WHERE u.blob_key IS NOT NULL \
               AND u.sha256 = attachments.sha256 AND u.account_id = attachments.account_id) AS has_bytes",
        )
        .load(conn)
        .await?;
    let with_bytes = new.iter().filter(|row| row.has_bytes).map(|row| row.id);
    let with_bytes: Vec<Uuid> = with_bytes.collect();
    let new: HashSet<Uuid> = new.into_iter().map(|row| row.id).collect();
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
            .load(conn)
            .await?;
        for row in rows {
            found.push(StoredPhoto::try_from(row)?);
        }
    }
    Ok((found, with_bytes))
}

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

fn ordinal(index: usize) -> i16 {
    i16::try_from(index).unwrap_or(i16::MAX)
}

#[derive(Serialize)]
struct ReportLink {
    report_id: Uuid,
    attachment_id: Uuid,
    ordinal: i16,
}

/// Links reports with their photos, in their order.
pub async fn link_reports(
    conn: &mut Conn,
    photos: impl IntoIterator<Item = (Uuid, Vec<Uuid>)>,
) -> Result<(), DbError> {
    let links = links(photos).map(|(report_id, attachment_id, ordinal)| ReportLink {
        report_id,
        attachment_id,
        ordinal,
    });
    insert_all(conn, "report_attachments", &links.collect::<Vec<_>>()).await
}

#[derive(Serialize)]
struct FindingLink {
    finding_id: Uuid,
    attachment_id: Uuid,
    ordinal: i16,
}

/// Links findings with their photos, in their order.
pub async fn link_findings(
    conn: &mut Conn,
    photos: impl IntoIterator<Item = (Uuid, Vec<Uuid>)>,
) -> Result<(), DbError> {
    let links = links(photos).map(|(finding_id, attachment_id, ordinal)| FindingLink {
        finding_id,
        attachment_id,
        ordinal,
    });
    insert_all(conn, "finding_attachments", &links.collect::<Vec<_>>()).await
}

fn links(
    photos: impl IntoIterator<Item = (Uuid, Vec<Uuid>)>,
) -> impl Iterator<Item = (Uuid, Uuid, i16)> {
    photos.into_iter().flat_map(|(id, aids)| {
        let numbered = aids.into_iter().enumerate();
        numbered.map(move |(index, aid)| (id, aid, ordinal(index)))
    })
}

/// Links photos with the row of the trail that they came with.
pub async fn link_event(
    conn: &mut Conn,
    ticket_id: Uuid,
    seq: i32,
    role: PhotoRole,
    aids: &[Uuid],
) -> Result<(), DbError> {
    let rows: Vec<_> = aids
        .iter()
        .enumerate()
        .map(|(index, aid)| {
            (
                ticket_attachments::ticket_id.eq(ticket_id),
                ticket_attachments::seq.eq(seq),
                ticket_attachments::attachment_id.eq(aid),
                ticket_attachments::role.eq(role.as_str()),
                ticket_attachments::ordinal.eq(ordinal(index)),
            )
        })
        .collect();
    diesel::insert_into(ticket_attachments::table)
        .values(rows)
        .execute(conn)
        .await
        .map(|_| ())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Tickets that show a photo, and why.
pub async fn shown_on(conn: &mut Conn, aid: Uuid) -> Result<Vec<(Uuid, PhotoRole)>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        ticket_id: Uuid,
        #[diesel(sql_type = Text)]
        role: String,
    }
    let rows: Vec<Row> = cached(
        "SELECT DISTINCT ticket_id, role FROM ticket_photos WHERE attachment_id = $1 ORDER BY ticket_id, role",
    )
    .bind::<SqlUuid, _>(aid)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.ticket_id, role(&row.role)))
        .collect())
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

/// Tickets that show a photo to those outside the office: by their findings, by findings merged into them, or with a
/// command that they may know of.
pub async fn tickets_showing(conn: &mut Conn, aid: Uuid) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<IdRow> = cached(
        "SELECT t.id FROM finding_attachments fa JOIN tickets t ON t.finding_id = fa.finding_id \
          WHERE fa.attachment_id = $1 \
         UNION SELECT t.master_id FROM finding_attachments fa JOIN tickets t ON t.finding_id = fa.finding_id \
          WHERE fa.attachment_id = $1 AND t.master_id IS NOT NULL \
         UNION SELECT ta.ticket_id FROM ticket_attachments ta JOIN ticket_events e USING (ticket_id, seq) \
          WHERE ta.attachment_id = $1 AND NOT e.office_only",
    )
    .bind::<SqlUuid, _>(aid)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Tickets whose submission waits for photos, this one among them.
pub async fn submissions_waiting_for(conn: &mut Conn, aid: Uuid) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<IdRow> = cached(
        "SELECT DISTINCT t.id FROM ticket_attachments ta JOIN tickets t ON t.id = ta.ticket_id \
          WHERE ta.attachment_id = $1 AND ta.role = 'after' AND t.photos_due_at IS NOT NULL ORDER BY t.id",
    )
    .bind::<SqlUuid, _>(aid)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// When the bytes of each photo of a ticket's last submission came; none for those that have not.
pub async fn last_submission(
    conn: &mut Conn,
    ticket_id: Uuid,
) -> Result<Vec<Option<Timestamp>>, DbError> {
    let last_seq = ticket_attachments::table
        .filter(ticket_attachments::ticket_id.eq(ticket_id))
        .filter(ticket_attachments::role.eq("after"))
        .select(diesel::dsl::max(ticket_attachments::seq))
        .first::<Option<i32>>(conn)
        .await?;
    let stored: Vec<Option<SqlTimestamp>> = ticket_attachments::table
        .inner_join(attachments::table)
        .filter(ticket_attachments::ticket_id.eq(ticket_id))
        .filter(ticket_attachments::seq.nullable().eq(last_seq))
        .select(attachments::stored_at)
        .load(conn)
        .await?;
    Ok(stored
        .into_iter()
        .map(|at| at.map(SqlTimestamp::to_jiff))
        .collect())
}

/// Of these photos, those of which the worker has made what can be made.
pub async fn rendered_among(conn: &mut Conn, aids: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<IdRow> =
        cached("SELECT id FROM attachments WHERE id = ANY ($1) AND rendition <> 'none'")
            .bind::<Array<SqlUuid>, _>(aids)
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Of these photos, those whose bytes are here.
pub async fn stored_among(conn: &mut Conn, aids: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<IdRow> =
        cached("SELECT id FROM attachments WHERE id = ANY ($1) AND stored_at IS NOT NULL")
            .bind::<Array<SqlUuid>, _>(aids)
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Links further photos with a report, and with one of its findings, behind those that are linked already.
pub async fn link_more(
    conn: &mut Conn,
    report_id: Uuid,
    finding_id: Option<Uuid>,
    aids: &[Uuid],
) -> Result<(), DbError> {
    diesel::sql_query(
        "INSERT INTO report_attachments (report_id, attachment_id, ordinal) \
         SELECT $1, it.aid, (SELECT coalesce(max(ordinal), -1) FROM report_attachments WHERE report_id = $1) + it.n \
           FROM unnest($2) WITH ORDINALITY AS it (aid, n) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(report_id)
    .bind::<Array<SqlUuid>, _>(aids)
    .execute(conn)
    .await?;
    let Some(finding_id) = finding_id else {
        return Ok(());
    };
    diesel::sql_query(
        "INSERT INTO finding_attachments (finding_id, attachment_id, ordinal) \
         SELECT $1, it.aid, (SELECT coalesce(max(ordinal), -1) FROM finding_attachments WHERE finding_id = $1) + it.n \
           FROM unnest($2) WITH ORDINALITY AS it (aid, n) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(finding_id)
    .bind::<Array<SqlUuid>, _>(aids)
    .execute(conn)
    .await
    .map(|_| ())
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
