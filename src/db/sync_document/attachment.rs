//! Photos, with the tickets that a reader may be told they are on.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as SqlTimestamp;
use uuid::Uuid;

use crate::db::attachment::flag_reader::{self, ByPhoto};
use crate::db::cached::cached;
use crate::db::schema::{attachments, report_attachments};
use crate::db::{Conn, DbError};
use crate::domain::account::Role;
use crate::domain::evidence::Sha256Digest;
use crate::domain::sync::document::{AttachmentFacts, ShownOn};

#[derive(Queryable, Selectable)]
#[diesel(table_name = attachments, check_for_backend(diesel::pg::Pg))]
struct PhotoRow {
    id: Uuid,
    photo_key: Uuid,
    account_id: Uuid,
    sha256: Vec<u8>,
    size_bytes: i64,
    mime: String,
    stored_at: Option<SqlTimestamp>,
    rendition: String,
    width_px: Option<i32>,
    height_px: Option<i32>,
}

#[derive(QueryableByName)]
struct ShownRow {
    #[diesel(sql_type = SqlUuid)]
    attachment_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
}

/// A reader is told of a photo only on tickets that its scopes hold; the office also of what it alone may know.
const SHOWN: &str = "\
SELECT DISTINCT p.attachment_id, p.ticket_id, p.role \
  FROM unnest($1::uuid[]) AS a (id) CROSS JOIN LATERAL (SELECT * FROM ticket_photos p WHERE p.attachment_id = a.id OFFSET 0) p \
  CROSS JOIN LATERAL (SELECT f.scope FROM sync_feed f WHERE f.entity_id = p.ticket_id AND f.entity = 'tickets' \
                         AND f.state = 'present' AND f.scope = ANY ($2) OFFSET 0) f \
 WHERE f.scope = 'office' OR NOT p.office_only AND (f.scope LIKE 'unit:%' OR p.role <> 'comment') \
 ORDER BY p.ticket_id, p.role";

/// Photos whose bytes are here, by photo key, as far as a reader of these scopes may know on what they are.
pub async fn attachments(
    conn: &mut Conn,
    keys: &[Uuid],
    scopes: &[String],
    (role, account_id): (Role, Uuid),
) -> Result<Vec<(Uuid, AttachmentFacts)>, DbError> {
    let rows: Vec<PhotoRow> = attachments::table
        .filter(attachments::photo_key.eq_any(keys))
        .filter(attachments::stored_at.is_not_null())
        .select(PhotoRow::as_select())
        .load(conn)
        .await?;
    let aids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let shown: Vec<ShownRow> = cached(SHOWN)
        .bind::<Array<SqlUuid>, _>(&aids)
        .bind::<Array<Text>, _>(scopes)
        .load(conn)
        .await?;
    let mut on: HashMap<Uuid, Vec<ShownOn>> = HashMap::new();
    for row in shown {
        on.entry(row.attachment_id).or_default().push(ShownOn {
            ticket: row.ticket_id,
            role: row.role,
        });
    }
    let declared: HashMap<Uuid, Uuid> = report_attachments::table
        .filter(report_attachments::attachment_id.eq_any(&aids))
        .select((
            report_attachments::attachment_id,
            report_attachments::report_id,
        ))
        .load::<(Uuid, Uuid)>(conn)
        .await?
        .into_iter()
        .collect();
    let mut flags = match role {
        Role::Inspector => flag_reader::for_rechecker(conn, &aids, scopes, account_id).await?,
        role if role.is_office() => flag_reader::all(conn, &aids).await?,
        _ => ByPhoto::new(),
    };
    let facts = |row: PhotoRow| {
        let stored_at = row.stored_at?.to_jiff();
        let sha256 = Sha256Digest(<[u8; 32]>::try_from(row.sha256).ok()?);
        let facts = AttachmentFacts {
            aid: row.id,
            account_id: row.account_id,
            report: declared.get(&row.id).copied(),
            on: on.remove(&row.id).unwrap_or_default(),
            sha256: sha256.to_string(),
            bytes: row.size_bytes,
            mime: row.mime,
            stored_at,
            rendition: row.rendition,
            width_px: row.width_px,
            height_px: row.height_px,
            flags: flags.remove(&row.id).unwrap_or_default(),
        };
        Some((row.photo_key, facts))
    };
    Ok(rows.into_iter().filter_map(facts).collect())
}
