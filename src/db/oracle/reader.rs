//! What one account should hold on its phones: each row of each collection, with the members that it may know.

use serde_json::Value;
use uuid::Uuid;

use super::rows;
use crate::db::{Conn, DbError};

/// A row that a phone should hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Collection.
    pub collection: String,
    /// Id.
    pub id: Uuid,
    /// Version, where it can be told from the row itself.
    pub rev: Option<i64>,
    /// Document; members that are null, false, zero or empty may be absent on the phone.
    pub doc: Value,
}

/// Cut to whole seconds, as documents have it.
macro_rules! seconds {
    ($at:literal) => {
        concat!(
            "to_char(",
            $at,
            r#" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#
        )
    };
}

/// Who asks; which tickets it may know of; and on which of them it may know of which photos.
const READER: &str = "\
WITH me AS (SELECT a.id, a.role, a.unit_id, u.lineage, a.role IN ('clerk', 'supervisor') AS office, \
                   a.role = 'inspector' AS inspector, a.role = 'officer' AS officer \
              FROM accounts a LEFT JOIN units u ON u.id = a.unit_id WHERE a.id = ANY ($1)), \
origin AS (SELECT t.id AS ticket_id, r.account_id AS sender \
             FROM tickets t JOIN findings f ON f.id = t.finding_id JOIN reports r ON r.id = f.report_id), \
mine AS (SELECT ticket_id FROM origin JOIN me ON me.inspector AND me.id = origin.sender), \
seen AS (SELECT t.* FROM tickets t, me WHERE me.office \
      OR me.officer AND EXISTS (SELECT FROM ticket_assignments s JOIN units u ON u.id = s.unit_id \
                                 WHERE s.ticket_id = t.id AND s.until IS NULL AND me.unit_id = ANY (u.lineage)) \
      OR me.inspector AND (t.id IN (SELECT ticket_id FROM mine) \
           OR t.state = 'awaiting_recheck' \
              AND NOT EXISTS (SELECT FROM units lead WHERE lead.id = t.lead_unit_id \
                                 AND (me.unit_id = ANY (lead.lineage) OR lead.id = ANY (me.lineage))) \
              AND NOT EXISTS (SELECT FROM tickets m JOIN mine ON mine.ticket_id = m.id WHERE m.master_id = t.id) \
           OR t.id IN (SELECT k.ticket_id FROM tasks k WHERE k.kind = 'lookback' AND k.account_id = me.id \
                          AND k.state IN ('open', 'started')))), \
shown AS (SELECT link.* FROM (\
            SELECT fa.attachment_id, coalesce(t.master_id, t.id) AS ticket_id, 'before' AS role, false AS hidden \
              FROM finding_attachments fa JOIN tickets t ON t.finding_id = fa.finding_id \
            UNION ALL SELECT ta.attachment_id, ta.ticket_id, ta.role, e.office_only \
              FROM ticket_attachments ta JOIN ticket_events e ON e.ticket_id = ta.ticket_id AND e.seq = ta.seq) AS link, me \
           WHERE link.ticket_id IN (SELECT id FROM seen) \
             AND (me.office OR NOT link.hidden AND (me.officer OR link.role <> 'comment'))), \
rechecked AS (SELECT s.attachment_id, s.ticket_id FROM shown s JOIN seen t ON t.id = s.ticket_id, me \
               WHERE me.inspector AND s.role = 'after' AND t.state = 'awaiting_recheck' \
                 AND NOT EXISTS (SELECT FROM tickets m JOIN mine ON mine.ticket_id = m.id WHERE m.id = t.id OR m.master_id = t.id)) ";

const REFERENCE: &str = "\
SELECT 'items' AS c, i.id, NULL::bigint AS rev, jsonb_build_object('scheme', i.scheme, 'version', i.version, 'code', i.code, \
       'name_zh', i.name_zh, 'name_en', i.name_en, 'kind', i.kind, 'radius_m', i.radius_m, 'active', v.active) AS doc \
  FROM catalogue_items i JOIN catalogue_versions v USING (scheme, version) \
UNION ALL SELECT 'conditions', id, NULL, to_jsonb(c) - 'id' - 'limit_source' FROM filing_conditions c \
UNION ALL SELECT 'criteria', c.id, NULL, jsonb_build_object('scheme', c.scheme, 'version', c.version, 'code', c.code, \
       'name_zh', c.name_zh, 'name_en', c.name_en, 'form', c.form, 'bound', c.bound, 'limit', c.limit_value, 'per_m', c.per_m, \
       'item', c.item, 'kinds', c.kinds, 'exclusions', c.exclusions) FROM criteria c, me WHERE NOT me.officer \
UNION ALL SELECT 'areas', a.id, NULL, jsonb_build_object('code', code, 'kind', kind, 'name_zh', name_zh, 'name_en', name_en, \
       'owner', CASE WHEN NOT me.inspector THEN owner_unit_id END) FROM areas a, me WHERE valid_until IS NULL \
UNION ALL SELECT 'units', u.id, NULL, jsonb_build_object('code', code, 'name_zh', name_zh, 'name_en', name_en, 'kind', kind, \
       'parent', parent_id, 'district', district_code, 'subject', subject) \
  FROM units u, me WHERE valid_until IS NULL AND NOT me.inspector \
UNION ALL SELECT 'points', p.id, NULL, jsonb_build_object('code', code, 'name_zh', name_zh, 'name_en', name_en, 'kind', kind, \
       'address', address, 'lat', lat, 'lon', lon, 'owner', CASE WHEN NOT me.inspector THEN owner_unit_id END) \
  FROM check_points p, me WHERE valid_until IS NULL AND NOT me.officer";

const TASKS: &str = concat!(
    "SELECT 'rounds' AS c, r.id, CASE r.state WHEN 'running' THEN 1 WHEN 'released' THEN 2 ELSE 3 END::bigint AS rev, \
     jsonb_build_object('name', r.name, 'mode', r.mode, 'purpose', r.purpose, 'state', r.state, 'starts_at', ",
    seconds!("r.starts_at"),
    ", 'ends_at', ",
    seconds!("r.ends_at"),
    ", 'release_at', ",
    seconds!("r.release_at"),
    ") AS doc FROM rounds r, me WHERE r.state IN ('running', 'released', 'closed') \
      AND (me.office OR me.inspector AND EXISTS (SELECT FROM tasks k WHERE k.round_id = r.id AND k.account_id = me.id)) \
     UNION ALL \
     SELECT 'tasks' AS c, k.id, k.rev, jsonb_build_object('kind', k.kind, 'state', k.state, 'ticket', k.ticket_id, 'round', k.round_id, 'point', k.point_id, 'note', k.note, \
     'result', k.result, 'cancelled', k.cancelled_why, 'inspector', CASE WHEN me.office THEN (SELECT s.id FROM pseudonyms s \
       WHERE s.account_id = k.account_id AND s.round_id IS NOT DISTINCT FROM k.round_id) END, 'due_at', ",
    seconds!("k.due_at"),
    ", 'created_at', ",
    seconds!("k.created_at"),
    ", 'started_at', ",
    seconds!("k.started_at"),
    ", 'ended_at', ",
    seconds!("k.ended_at"),
    ") AS doc FROM tasks k, me \
      WHERE me.office OR me.inspector AND k.account_id = me.id AND k.state IN ('open', 'started')"
);

const REPORTS: &str = concat!(
    "SELECT 'reports' AS c, r.id, 1 + (SELECT count(*) FROM report_amendments m WHERE m.report_id = r.id) AS rev, \
     jsonb_build_object('round', r.round_id, 'point', r.point_id, 'note', r.note, 'clean', r.clean, 'lat', r.lat, 'lon', r.lon, 'received_at', ",
    seconds!("r.received_at"),
    ", 'captured_at', ",
    seconds!("r.captured_at"),
    ", 'captured_by', r.captured_by, 'captured_error_s', r.captured_error_s, \
     'amendments', (SELECT count(*) FROM report_amendments m WHERE m.report_id = r.id), \
     'observations', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('criterion', c.code, 'verdict', o.verdict, 'exclusion', o.exclusion, \
         'amount', o.amount, 'out_of', o.out_of, 'finding', o.finding_id)) ORDER BY o.ordinal) \
         FROM observations o JOIN criteria c ON c.id = o.criterion_id WHERE o.report_id = r.id), \
     'inspector', CASE WHEN me.office THEN (SELECT s.id FROM pseudonyms s \
       WHERE s.account_id = r.account_id AND s.round_id IS NOT DISTINCT FROM r.round_id) END) AS doc \
       FROM reports r, me WHERE me.office OR me.inspector AND r.account_id = me.id \
     UNION ALL SELECT 'findings', f.id, 1, jsonb_build_object('report', f.report_id, 'ordinal', f.ordinal, 'scheme', f.scheme, \
       'version', f.version, 'item', f.item, 'condition', k.code, 'text', f.text, 'danger', f.danger, \
       'fixed_on_site', f.fixed_on_site, 'ticket', t.id) \
       FROM findings f JOIN reports r ON r.id = f.report_id JOIN tickets t ON t.finding_id = f.id \
       LEFT JOIN filing_conditions k ON k.id = f.condition_id, me \
      WHERE me.office OR me.inspector AND r.account_id = me.id"
);

const TICKETS: &str = concat!(
    "SELECT 'tickets' AS c, t.id, t.rev, jsonb_build_object('number', t.number, 'state', t.state, 'scheme', t.scheme, \
     'version', t.version, 'item', t.item, 'condition', k.code, 'text', t.text, 'danger', t.danger, \
     'fixed_on_site', t.fixed_on_site, 'point', CASE WHEN p.id IS NOT NULL THEN jsonb_build_object('id', p.id, 'name', p.name_zh) END, \
     'lat', t.lat, 'lon', t.lon, 'district', t.district_code, 'provisional', t.due_provisional, 'rework_round', t.rework_round, \
     'closed_late', t.state = 'closed' AND coalesce(t.submitted_at, t.closed_at) > t.due_at, 'due_at', ",
    seconds!("t.due_at"),
    ", 'stopped_at', ",
    seconds!("t.clock_stopped_at"),
    ", 'closed_at', ",
    seconds!("t.closed_at"),
    ", 'forced', t.forced) || CASE WHEN me.inspector THEN '{}' ELSE jsonb_build_object('lead', t.lead_unit_id, \
     'return_count', t.return_count, 'extensions', t.extensions, 'exempt', t.exempt, 'supervision_level', t.supervision_level, \
     'assignee', CASE WHEN me.office OR EXISTS (SELECT FROM units lead WHERE lead.id = t.lead_unit_id AND me.unit_id = ANY (lead.lineage)) \
                      THEN t.assignee_id END, \
     'open_requests', (SELECT jsonb_agg(q.kind ORDER BY q.kind) FROM ticket_requests q \
                        WHERE q.ticket_id = t.id AND q.state = 'open' AND (me.office OR q.kind <> 'force_closing')), 'suspended_until', ",
    seconds!("t.suspended_until"),
    ", 'stage_due_at', CASE WHEN me.office OR t.state = 'dispatched' THEN ",
    seconds!("t.stage_due_at"),
    " END, 'photos_pending', t.photos_due_at IS NOT NULL, 'dispatched_at', ",
    seconds!("t.dispatched_at"),
    ", 'submitted_at', ",
    seconds!("t.submitted_at"),
    ") END || CASE WHEN NOT me.office THEN '{}' ELSE jsonb_build_object('triage_reasons', t.triage_reasons, 'master', t.master_id, 'recurrence_of', t.recurrence_of) END \
     || CASE WHEN NOT (me.office OR t.id IN (SELECT ticket_id FROM mine)) THEN '{}' ELSE \
     jsonb_build_object('finding', t.finding_id, 'received_at', ",
    seconds!("t.created_at"),
    ") END AS doc \
     FROM seen t LEFT JOIN filing_conditions k ON k.id = t.condition_id LEFT JOIN check_points p ON p.id = t.point_id, me"
);

const ATTACHMENTS: &str = concat!(
    "SELECT 'attachments' AS c, a.photo_key AS id, NULL::bigint AS rev, jsonb_build_object('rendition', a.rendition, \
     'width_px', a.width_px, 'height_px', a.height_px, \
     'on', (SELECT jsonb_agg(DISTINCT jsonb_build_object('ticket', s.ticket_id, 'role', s.role)) FROM shown s \
             WHERE s.attachment_id = a.id), \
     'flags', (SELECT jsonb_agg(jsonb_build_object('flag', g.flag, 'figure', g.figure, 'software', g.software, \
                 'unit', CASE g.flag WHEN 'exif_time_off' THEN 's' WHEN 'photo_reused' THEN 'bits' \
                         WHEN 'exif_far_from_report' THEN 'm' WHEN 'after_far_from_before' THEN 'm' END, \
                 'other', (SELECT b.photo_key FROM attachments b WHERE b.id = g.other_id AND (me.office OR EXISTS \
                     (SELECT FROM rechecked s JOIN shown o USING (ticket_id) \
                       WHERE s.attachment_id = a.id AND o.attachment_id = g.other_id))))) \
                 FROM attachment_flags g WHERE g.attachment_id = a.id \
                  AND (me.office OR EXISTS (SELECT FROM rechecked s WHERE s.attachment_id = a.id)))) \
     || CASE WHEN NOT (me.office OR a.account_id = me.id) THEN '{}' ELSE jsonb_build_object('aid', a.id, \
     'sha256', encode(a.sha256, 'hex'), 'bytes', a.size_bytes, 'mime', a.mime, \
     'report', (SELECT min(ra.report_id::text) FROM report_attachments ra WHERE ra.attachment_id = a.id), 'stored_at', ",
    seconds!("a.stored_at"),
    ") END AS doc \
     FROM attachments a, me WHERE a.stored_at IS NOT NULL \
      AND (EXISTS (SELECT FROM shown s WHERE s.attachment_id = a.id) OR me.inspector AND a.account_id = me.id \
           OR me.office AND EXISTS (SELECT FROM report_attachments ra WHERE ra.attachment_id = a.id))"
);

/// Everything that this account should hold.
pub async fn expected(conn: &mut Conn, account_id: Uuid) -> Result<Vec<Expected>, DbError> {
    let query = format!(
        "{READER} {REFERENCE} UNION ALL {TASKS} UNION ALL {REPORTS} UNION ALL {TICKETS} UNION ALL {ATTACHMENTS}"
    );
    let rows = rows(conn, &query, &[account_id]).await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

fn read(mut row: Value) -> Option<Expected> {
    Some(Expected {
        collection: row.get("c")?.as_str()?.to_owned(),
        id: row.get("id")?.as_str()?.parse().ok()?,
        rev: row.get("rev")?.as_i64(),
        doc: row.get_mut("doc")?.take(),
    })
}
