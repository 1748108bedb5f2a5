//! What the city holds of the work that was sent: ledger, reports, photos, and whatever was made twice.

use serde_json::Value;
use uuid::Uuid;

use super::rows;
use crate::db::{Conn, DbError};

/// The ledger's rows of these accounts: `account`, `mid`, `kind`, `verdict`, `complete` (every declared photo is here with its
/// digest), `conflicts` (other contents under the same mid).
pub async fn ledger(conn: &mut Conn, accounts: &[Uuid]) -> Result<Vec<Value>, DbError> {
    let query = "\
SELECT m.account_id AS account, m.mid, m.kind, m.verdict, \
       NOT EXISTS (SELECT FROM mutation_attachments d LEFT JOIN attachments a ON a.id = d.attachment_id \
                    WHERE d.account_id = m.account_id AND d.mid = m.mid \
                      AND (a.stored_at IS NULL OR a.sha256 <> d.sha256)) AS complete, \
       (SELECT count(*) FROM mutation_conflicts k WHERE k.account_id = m.account_id AND k.mid = m.mid) AS conflicts \
  FROM mutation_log m WHERE m.account_id = ANY ($1)";
    rows(conn, query, accounts).await
}

/// These reports: `id`, `account`, `note`, `clean`, `findings` by ordinal (`id`, `item`, `text`, `photos`), `tickets` (how many
/// the findings have).
pub async fn reports(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Value>, DbError> {
    let query = "\
SELECT r.id, r.account_id AS account, r.note, r.clean, \
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'item', f.item, 'text', f.text, \
                   'photos', (SELECT coalesce(jsonb_agg(fa.attachment_id), '[]') FROM finding_attachments fa WHERE fa.finding_id = f.id)) \
                   ORDER BY f.ordinal) FROM findings f WHERE f.report_id = r.id), '[]') AS findings, \
       (SELECT count(*) FROM tickets t JOIN findings f ON f.id = t.finding_id WHERE f.report_id = r.id) AS tickets \
  FROM reports r WHERE r.id = ANY ($1)";
    rows(conn, query, ids).await
}

/// These photos, by the phones' ids: `aid`, `sha256`, `stored`, `twins` (other photos of the same content).
pub async fn photos(conn: &mut Conn, aids: &[Uuid]) -> Result<Vec<Value>, DbError> {
    let query = "\
SELECT a.id AS aid, encode(a.sha256, 'hex') AS sha256, a.stored_at IS NOT NULL AS stored, \
       (SELECT count(*) FROM attachments b WHERE b.sha256 = a.sha256 AND b.id <> a.id) AS twins \
  FROM attachments a WHERE a.id = ANY ($1)";
    rows(conn, query, aids).await
}

/// Content of these accounts that is there more than once under different ids: `what`, `content`, `times`.
pub async fn made_twice(conn: &mut Conn, accounts: &[Uuid]) -> Result<Vec<Value>, DbError> {
    let query = "\
SELECT 'report' AS what, note AS content, count(*) AS times FROM reports WHERE account_id = ANY ($1) AND note <> '' \
 GROUP BY note HAVING count(*) > 1 \
UNION ALL SELECT 'finding', f.text, count(*) FROM findings f JOIN reports r ON r.id = f.report_id \
 WHERE r.account_id = ANY ($1) AND f.text <> '' GROUP BY f.text HAVING count(*) > 1 \
UNION ALL SELECT 'ticket', text, count(*) FROM tickets WHERE text <> '' GROUP BY text HAVING count(*) > 1 \
UNION ALL SELECT 'trail row', e.opinion, count(*) FROM ticket_events e \
 WHERE e.actor_id = ANY ($1) AND e.actor_role IN ('inspector', 'officer') AND e.opinion <> '' GROUP BY e.opinion HAVING count(*) > 1";
    rows(conn, query, accounts).await
}

/// Opinions in the trail by these accounts: `opinion`, `times`.
pub async fn markers_in_trail(conn: &mut Conn, accounts: &[Uuid]) -> Result<Vec<Value>, DbError> {
    let query = "\
SELECT opinion, count(*) AS times FROM ticket_events WHERE actor_id = ANY ($1) AND opinion <> '' GROUP BY opinion";
    rows(conn, query, accounts).await
}

/// Work that the worker still has to do, at any time, besides what it does every day: `kind`.
pub async fn jobs_left(conn: &mut Conn) -> Result<Vec<Value>, DbError> {
    rows(
        conn,
        "SELECT kind FROM jobs WHERE failed_at IS NULL AND kind NOT IN ('sweep', 'anchor', 'draw_lookbacks', 'fold_tallies') AND $1::uuid[] IS NOT NULL",
        &[],
    )
    .await
}
