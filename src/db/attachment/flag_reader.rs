//! Flags as readers are told of them. All of them are the office's. Whoever rechecks a ticket is told of those on its
//! after-photos, and of the other photo only where it is on the same ticket. Nobody else asks here.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::evidence::flags::{PhotoFlag, UnknownFlag};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    attachment_id: Uuid,
    #[diesel(sql_type = Text)]
    flag: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    figure: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    software: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    other: Option<Uuid>,
}

/// Flags by photo, most telling first.
pub type ByPhoto = HashMap<Uuid, Vec<PhotoFlag>>;

/// Every flag of these photos.
pub async fn all(mut conn: &Conn, aids: &[Uuid]) -> Result<ByPhoto, DbError> {
    let rows: Vec<Row> = cached(
        "SELECT f.attachment_id, f.flag, f.figure, f.software, o.photo_key AS other \
           FROM attachment_flags f LEFT JOIN attachments o ON o.id = f.other_id \
          WHERE f.attachment_id = ANY ($1) ORDER BY f.flag, f.figure, o.photo_key",
    )
    .bind::<Array<SqlUuid>, _>(aids)
    .load(&mut conn)
    .await?;
    by_photo(rows)
}

const FOR_RECHECKER: &str = "\
SELECT f.attachment_id, f.flag, f.figure, f.software, max(o.photo_key::text)::uuid AS other \
  FROM attachment_flags f JOIN ticket_photos p ON p.attachment_id = f.attachment_id AND p.role = 'after' AND NOT p.office_only \
  JOIN tickets t ON t.id = p.ticket_id AND t.state = 'awaiting_recheck' \
  JOIN sync_feed s ON s.entity_id = t.id AND s.entity = 'tickets' AND s.state = 'present' AND s.scope = ANY ($2) \
  LEFT JOIN ticket_photos q ON q.ticket_id = t.id AND q.attachment_id = f.other_id AND NOT q.office_only AND q.role <> 'comment' \
  LEFT JOIN attachments o ON o.id = q.attachment_id \
 WHERE f.attachment_id = ANY ($1) \
   AND NOT EXISTS (SELECT FROM tickets m JOIN findings g ON g.id = m.finding_id JOIN reports r ON r.id = g.report_id \
                    WHERE (m.id = t.id OR m.master_id = t.id) AND r.account_id = $3) \
 GROUP BY f.id ORDER BY f.flag, f.figure, other";

/// Flags of these photos that an inspector of these scopes is told for a recheck.
pub async fn for_rechecker(
    conn: &mut Conn,
    aids: &[Uuid],
    scopes: &[String],
    account_id: Uuid,
) -> Result<ByPhoto, DbError> {
    let rows: Vec<Row> = cached(FOR_RECHECKER)
        .bind::<Array<SqlUuid>, _>(aids)
        .bind::<Array<Text>, _>(scopes)
        .bind::<SqlUuid, _>(account_id)
        .load(conn)
        .await?;
    by_photo(rows)
}

fn by_photo(rows: Vec<Row>) -> Result<ByPhoto, DbError> {
    let mut flags = ByPhoto::new();
    for row in rows {
        let unknown = |error: UnknownFlag| DbError::DeserializationError(error.into());
        let flag = PhotoFlag {
            flag: row.flag.parse().map_err(unknown)?,
            figure: row.figure,
            software: row.software,
            other: row.other,
        };
        flags.entry(row.attachment_id).or_default().push(flag);
    }
    Ok(flags)
}
