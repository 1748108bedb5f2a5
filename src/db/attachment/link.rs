//! What photos are linked with: reports, their findings, and rows of trails.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::Timestamp as SqlTimestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{IdRow, role};
use crate::db::cached::{cached, insert_new};
use crate::db::schema::{attachments, finding_attachments, report_attachments, ticket_attachments};
use crate::db::{Conn, DbError};
use crate::domain::evidence::PhotoRole;

fn ordinal(index: usize) -> i16 {
    i16::try_from(index).unwrap_or(i16::MAX)
}

#[derive(Insertable, Serialize)]
#[diesel(table_name = report_attachments, treat_none_as_default_value = false)]
struct ReportLink {
    report_id: Uuid,
    attachment_id: Uuid,
    ordinal: i16,
}

/// Links reports with their photos, in their order.
pub async fn link_reports(
    conn: &Conn,
    photos: impl IntoIterator<Item = (Uuid, Vec<Uuid>)>,
) -> Result<(), DbError> {
    let links = links(photos).map(|(report_id, attachment_id, ordinal)| ReportLink {
        report_id,
        attachment_id,
        ordinal,
    });
    insert_new!(conn, report_attachments, links.collect())
}

#[derive(Insertable, Serialize)]
#[diesel(table_name = finding_attachments, treat_none_as_default_value = false)]
struct FindingLink {
    finding_id: Uuid,
    attachment_id: Uuid,
    ordinal: i16,
}

/// Links findings with their photos, in their order.
pub async fn link_findings(
    conn: &Conn,
    photos: impl IntoIterator<Item = (Uuid, Vec<Uuid>)>,
) -> Result<(), DbError> {
    let links = links(photos).map(|(finding_id, attachment_id, ordinal)| FindingLink {
        finding_id,
        attachment_id,
        ordinal,
    });
    insert_new!(conn, finding_attachments, links.collect())
}

fn links(
    photos: impl IntoIterator<Item = (Uuid, Vec<Uuid>)>,
) -> impl Iterator<Item = (Uuid, Uuid, i16)> {
    photos.into_iter().flat_map(|(id, aids)| {
        let numbered = aids.into_iter().enumerate();
        numbered.map(move |(index, aid)| (id, aid, ordinal(index)))
    })
}

#[derive(Insertable, Serialize)]
#[diesel(table_name = ticket_attachments, treat_none_as_default_value = false)]
struct EventLink {
    ticket_id: Uuid,
    seq: i32,
    attachment_id: Uuid,
    role: &'static str,
    ordinal: i16,
}

/// Links photos with the row of the trail that they came with.
pub async fn link_event(
    conn: &Conn,
    ticket_id: Uuid,
    seq: i32,
    role: PhotoRole,
    aids: &[Uuid],
) -> Result<(), DbError> {
    let rows = aids.iter().enumerate();
    let rows = rows.map(|(index, aid)| EventLink {
        ticket_id,
        seq,
        attachment_id: *aid,
        role: role.as_str(),
        ordinal: ordinal(index),
    });
    insert_new!(conn, ticket_attachments, rows.collect())
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

/// Tickets that show a photo to those outside the office: by their findings, by findings merged into them, or with a
/// command that they may know of. Photos of comments may show who handles a ticket, which is not for everyone.
pub async fn tickets_showing(
    conn: &mut Conn,
    aid: Uuid,
    with_comments: bool,
) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<IdRow> = cached(
        "SELECT t.id FROM finding_attachments fa JOIN tickets t ON t.finding_id = fa.finding_id \
          WHERE fa.attachment_id = $1 \
         UNION SELECT t.master_id FROM finding_attachments fa JOIN tickets t ON t.finding_id = fa.finding_id \
          WHERE fa.attachment_id = $1 AND t.master_id IS NOT NULL \
         UNION SELECT ta.ticket_id FROM ticket_attachments ta JOIN ticket_events e USING (ticket_id, seq) \
          WHERE ta.attachment_id = $1 AND NOT e.office_only AND ($2 OR ta.role <> 'comment')",
    )
    .bind::<SqlUuid, _>(aid)
    .bind::<Bool, _>(with_comments)
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
