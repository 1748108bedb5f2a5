//! Writing the feed: which scopes hold which rows, and since which transaction. Each function belongs into the transaction of
//! the change that it announces, after the rows themselves are written. Reading it is in `feed::read`.

pub mod epoch;
pub mod read;
mod round;
mod task;
mod ticket;
pub mod writers;

use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use uuid::Uuid;

pub use self::round::round;
pub use self::task::tasks;
pub use self::ticket::{
    Readers, shows_photos, ticket, tickets, tickets_for_office, tickets_to_inspectors,
};
use super::cached::{cached, plan_once};
use super::{Conn, DbError};
use crate::domain::sync::{Collection, Scope};

/// Nobody moves units in their tree, or inspectors, while this transaction decides who may know what: taken first, by
/// everything that changes tickets, before it reads the clock (a list as of an instant waits for those who have read it by then:
/// [`writers`]). Its statements are planned once a connection from here on, as by [`plan_once`]. On a connection of a pool, which knows the
/// statement by its name: it needs no preparation, so that what goes out beside it comes behind it.
pub async fn hold_readers(mut conn: &Conn) -> Result<(), DbError> {
    conn.batch_execute("EXECUTE hold_readers").await
}

pub(super) const HOLD_READERS: &str = "\
SELECT pg_advisory_xact_lock_shared(hashtext('xuncha readers')), set_config('plan_cache_mode', 'force_generic_plan', true)";

/// Waits until nobody decides who may know what: taken first, by everything that moves units or inspectors.
pub async fn move_readers(conn: &Conn) -> Result<(), DbError> {
    run(
        conn,
        "SELECT pg_advisory_xact_lock(hashtext('xuncha readers'))",
    )
    .await
}

/// Announces rows that this transaction has made of a sender's reports, to readers whom the caller knows without asking:
/// reports and findings to the office and the sender, tickets to those whom the view `ticket_readers` names. A sender who is
/// no inspector any more is told nothing.
pub async fn made(
    mut conn: &Conn,
    sender: Uuid,
    rows: &[(Scope, Collection, Uuid)],
) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    let scopes: Vec<String> = rows.iter().map(|(scope, ..)| scope.to_string()).collect();
    let entities: Vec<&str> = rows.iter().map(|(_, c, _)| c.as_str()).collect();
    let ids: Vec<Uuid> = rows.iter().map(|(.., id)| *id).collect();
    cached(MADE)
        .bind::<Array<Text>, _>(scopes)
        .bind::<Array<Text>, _>(entities)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<SqlUuid, _>(sender)
        .execute(&mut conn)
        .await
        .map(|_| ())
}

const MADE: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
sender AS MATERIALIZED (SELECT 'user:' || id AS scope FROM accounts WHERE id = $4 AND role = 'inspector') \
INSERT INTO sync_feed (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT made.scope, made.entity, made.id, 'present', 1, now.tx, nextval('sync_feed_seq'), now.tx \
  FROM unnest($1::text[], $2::text[], $3::uuid[]) AS made (scope, entity, id), now \
 WHERE left(made.scope, 5) <> 'user:' OR made.scope = (SELECT scope FROM sender)";

/// Announces the photos of tickets to those who may know of them since these tickets show them.
pub async fn photos_of_tickets(conn: &Conn, ids: &[Uuid]) -> Result<(), DbError> {
    photos(conn, PHOTOS_OF_TICKETS, ids, Touched::No).await
}

/// Announces the photos of tickets that were merged to all who have them: another ticket shows them now.
pub async fn photos_of_merged(conn: &Conn, ids: &[Uuid]) -> Result<(), DbError> {
    photos(conn, PHOTOS_OF_FINDINGS, ids, Touched::Yes).await
}

/// Nobody changes the tickets that show these photos before this transaction ends: who may know of a photo is read from them, and a
/// change that is not committed yet could neither be seen nor see the photo. Taken before the photos are written.
pub async fn hold_tickets_of(conn: &Conn, aids: &[Uuid]) -> Result<(), DbError> {
    plan_once(conn).await?;
    hold_tickets_showing(conn, aids).await
}

async fn hold_tickets_showing(mut conn: &Conn, aids: &[Uuid]) -> Result<(), DbError> {
    cached(
        "SELECT FROM (SELECT DISTINCT p.ticket_id FROM unnest($1::uuid[]) AS a (id) CROSS JOIN LATERAL \
           (SELECT * FROM ticket_photos p WHERE p.attachment_id = a.id OFFSET 0) AS p) AS shown \
           JOIN tickets t ON t.id = shown.ticket_id ORDER BY t.id FOR SHARE OF t",
    )
    .bind::<Array<SqlUuid>, _>(aids)
    .execute(&mut conn)
    .await
    .map(|_| ())
}

/// Announces photos whose bytes are here: stored, rendered, or shown by one more ticket. The caller has [`hold_tickets_of`] them; a
/// ticket that came to show one since is held as well.
pub async fn attachments(conn: &Conn, aids: &[Uuid]) -> Result<(), DbError> {
    hold_tickets_showing(conn, aids).await?;
    photos(conn, "a.id = ANY ($1)", aids, Touched::Yes).await
}

/// Announces the end of photos that were removed to all who have them.
pub async fn removed_attachments(conn: &mut Conn, photo_keys: &[Uuid]) -> Result<(), DbError> {
    cached(REMOVED)
        .bind::<Array<SqlUuid>, _>(photo_keys)
        .execute(conn)
        .await
        .map(|_| ())
}

const REMOVED: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base) \
UPDATE sync_feed f SET state = 'deleted', rev = f.rev + 1, tx = now.tx, seq = nextval('sync_feed_seq') FROM now \
 WHERE f.entity_id = ANY ($1) AND f.entity = 'attachments' AND f.state = 'present'";

const PHOTOS_OF_TICKETS: &str =
    "a.id IN (SELECT attachment_id FROM ticket_photos WHERE ticket_id = ANY ($1))";

const PHOTOS_OF_FINDINGS: &str = "a.id IN (SELECT fa.attachment_id FROM finding_attachments fa \
     JOIN tickets t ON t.finding_id = fa.finding_id WHERE t.id = ANY ($1))";

/// Whether a photo is sent to those who have it already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Touched {
    /// It is: something about it is different.
    Yes,
    /// Only where what its reader may know of it may be different.
    No,
    /// The same, and to inspectors alone.
    Inspectors,
}

/// A photo is where the tickets that show it are, with its sender and with the office. Untouched, only those are told
/// who did not have it, or may know of it no longer; or for whom it may be shown by one ticket more or less: its sender, who
/// keeps it, comes to know of a ticket to recheck, and ceases to.
async fn photos(
    mut conn: &Conn,
    which: &'static str,
    ids: &[Uuid],
    touched: Touched,
) -> Result<(), DbError> {
    cached(photos_statement(which))
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Bool, _>(touched == Touched::Yes)
        .bind::<Bool, _>(touched == Touched::Inspectors)
        .execute(&mut conn)
        .await
        .map(|_| ())
}

/// Announces photos whose flags are others now, to those who are told of flags: the office, and of after-photos the inspectors who
/// may recheck. Units must not learn even that there is something to know, so their versions of a photo are counted apart.
pub async fn flags(mut conn: &Conn, aids: &[Uuid]) -> Result<(), DbError> {
    cached(FLAGS)
        .bind::<Array<SqlUuid>, _>(aids)
        .execute(&mut conn)
        .await
        .map(|_| ())
}

const FLAGS: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
a AS MATERIALIZED (SELECT id, photo_key FROM attachments WHERE id = ANY ($1)) \
UPDATE sync_feed f SET rev = f.rev + 1, tx = now.tx, seq = nextval('sync_feed_seq') FROM a, now \
 WHERE f.entity_id = a.photo_key AND f.entity = 'attachments' AND f.state = 'present' \
   AND (f.scope = 'office' OR f.scope LIKE 'user:%' AND EXISTS (\
          SELECT FROM ticket_photos p JOIN tickets t ON t.id = p.ticket_id AND t.state = 'awaiting_recheck' \
           WHERE p.attachment_id = a.id AND p.role = 'after' AND NOT EXISTS (\
                 SELECT FROM tickets m JOIN findings g ON g.id = m.finding_id JOIN reports r ON r.id = g.report_id \
                  WHERE (m.id = t.id OR m.master_id = t.id) AND 'user:' || r.account_id = f.scope)))";

/// Every look into a large table is a LATERAL of its own (`OFFSET 0`): the planner, which cannot know how few photos are meant,
/// would rather read it whole.
fn photos_statement(which: &str) -> String {
    format!(
        "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
a AS MATERIALIZED (SELECT a.id, a.photo_key, a.account_id, 'user:' || a.account_id AS sender FROM attachments a \
                    WHERE {which} AND a.stored_at IS NOT NULL), \
shown AS MATERIALIZED (SELECT a.id, a.photo_key, a.sender, p.ticket_id, p.role, p.office_only FROM a CROSS JOIN LATERAL \
   (SELECT * FROM ticket_photos p WHERE p.attachment_id = a.id OFFSET 0) p), \
reader AS MATERIALIZED (\
  SELECT a.photo_key, a.sender AS scope FROM a JOIN accounts i ON i.id = a.account_id AND i.role = 'inspector' \
  UNION SELECT a.photo_key, 'office' FROM a CROSS JOIN LATERAL \
        (SELECT FROM report_attachments ra WHERE ra.attachment_id = a.id LIMIT 1) ra \
  UNION SELECT s.photo_key, f.scope FROM shown s CROSS JOIN LATERAL \
        (SELECT f.scope FROM sync_feed f WHERE f.entity_id = s.ticket_id AND f.entity = 'tickets' AND f.state = 'present' OFFSET 0) f \
   WHERE f.scope = 'office' OR NOT s.office_only AND (f.scope LIKE 'unit:%' OR s.role <> 'comment')), \
held AS MATERIALIZED (SELECT a.photo_key, f.scope, f.state, f.rev FROM a CROSS JOIN LATERAL \
   (SELECT f.scope, f.state, f.rev FROM sync_feed f WHERE f.entity_id = a.photo_key AND f.entity = 'attachments' OFFSET 0) f), \
rechecked AS MATERIALIZED (SELECT s.photo_key, s.sender FROM shown s, now CROSS JOIN LATERAL \
   (SELECT FROM sync_feed f WHERE f.entity_id = s.ticket_id AND f.entity = 'tickets' AND f.scope = s.sender AND f.tx = now.tx OFFSET 0) f \
   WHERE s.role = 'recheck'), \
next AS MATERIALIZED (SELECT a.photo_key, 1 + coalesce((SELECT max(held.rev) FROM held WHERE held.photo_key = a.photo_key), 0) AS rev, \
                1 + coalesce((SELECT max(held.rev) FROM held WHERE held.photo_key = a.photo_key AND held.scope LIKE 'unit:%'), 0) AS unit_rev, \
                (SELECT count(DISTINCT s.ticket_id) > 1 FROM shown s WHERE s.id = a.id) AS shared FROM a), \
gone AS (\
  UPDATE sync_feed f SET state = 'left', rev = CASE WHEN f.scope LIKE 'unit:%' THEN next.unit_rev ELSE next.rev END, \
         reason = 'reassigned', tx = now.tx, seq = nextval('sync_feed_seq') \
    FROM next, now \
   WHERE f.entity_id = ANY (ARRAY(SELECT photo_key FROM a)) AND f.entity = 'attachments' AND f.entity_id = next.photo_key \
     AND f.state = 'present' \
     AND NOT EXISTS (SELECT FROM reader WHERE reader.photo_key = next.photo_key AND reader.scope = f.scope)) \
INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT reader.scope, 'attachments', next.photo_key, 'present', \
       CASE WHEN reader.scope LIKE 'unit:%' THEN next.unit_rev ELSE next.rev END, now.tx, nextval('sync_feed_seq'), now.tx \
  FROM next JOIN reader USING (photo_key) \
  LEFT JOIN held ON held.photo_key = next.photo_key AND held.scope = reader.scope AND held.state = 'present' \
  LEFT JOIN (SELECT DISTINCT photo_key, sender FROM rechecked) AS again \
         ON again.photo_key = next.photo_key AND again.sender = reader.scope, now \
 WHERE ($2 OR next.shared OR held.scope IS NULL OR again.sender IS NOT NULL) AND (NOT $3 OR reader.scope LIKE 'user:%') \
 ORDER BY next.photo_key, reader.scope \
ON CONFLICT (entity_id, entity, scope) DO UPDATE SET state = 'present', rev = excluded.rev, reason = NULL, \
       tx = excluded.tx, seq = excluded.seq"
    )
}

/// Announces reports with their findings to the office and to their sender: new, or amended.
pub async fn reports(mut conn: &Conn, ids: &[Uuid]) -> Result<(), DbError> {
    cached(REPORTS)
        .bind::<Array<SqlUuid>, _>(ids)
        .execute(&mut conn)
        .await
        .map(|_| ())
}

const REPORTS: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
r AS (SELECT r.id, reader.scope, 1 + (SELECT count(*) FROM report_amendments m WHERE m.report_id = r.id) AS rev \
        FROM reports r CROSS JOIN LATERAL (SELECT 'office' AS scope UNION ALL \
             SELECT 'user:' || i.id FROM accounts i WHERE i.id = r.account_id AND i.role = 'inspector') AS reader \
       WHERE r.id = ANY ($1)) \
INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT held.scope, held.entity, held.id, 'present', held.rev, now.tx, nextval('sync_feed_seq'), now.tx \
  FROM (SELECT scope, 'reports' AS entity, id, rev FROM r \
        UNION ALL SELECT r.scope, 'findings', g.id, 1 FROM r JOIN findings g ON g.report_id = r.id) AS held, now \
 ORDER BY held.id, held.scope \
ON CONFLICT (entity_id, entity, scope) DO UPDATE SET state = 'present', rev = excluded.rev, tx = excluded.tx, seq = excluded.seq \
  WHERE f.rev <> excluded.rev OR f.state <> 'present'";

/// Announces to a sender what became of its mutations: a verdict, or one more photo that is here.
pub async fn receipts(mut conn: &Conn, account_id: Uuid, mids: &[Uuid]) -> Result<(), DbError> {
    cached(RECEIPTS)
        .bind::<SqlUuid, _>(account_id)
        .bind::<Array<SqlUuid>, _>(mids)
        .execute(&mut conn)
        .await
        .map(|_| ())
}

const RECEIPTS: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base) \
INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT 'user:' || $1::uuid, 'receipts', mid, 'present', 1, now.tx, nextval('sync_feed_seq'), now.tx \
  FROM (SELECT DISTINCT unnest($2::uuid[]) AS mid ORDER BY 1) AS changed, now \
ON CONFLICT (entity_id, entity, scope) DO UPDATE SET rev = f.rev + 1, tx = excluded.tx, seq = excluded.seq";

/// Announces reference data: these rows are new or changed, those are no longer in force.
pub async fn reference(
    conn: &mut Conn,
    collection: Collection,
    changed: &[Uuid],
    ended: &[Uuid],
) -> Result<(), DbError> {
    cached(REFERENCE)
        .bind::<Text, _>(collection.as_str())
        .bind::<Array<SqlUuid>, _>(changed)
        .bind::<Array<SqlUuid>, _>(ended)
        .execute(conn)
        .await
        .map(|_| ())
}

const REFERENCE: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
ended AS (UPDATE sync_feed f SET state = 'deleted', rev = f.rev + 1, tx = now.tx, seq = nextval('sync_feed_seq') FROM now \
           WHERE f.entity = $1 AND f.entity_id = ANY ($3) AND f.scope = 'ref' AND f.state = 'present') \
INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT 'ref', $1, id, 'present', 1, now.tx, nextval('sync_feed_seq'), now.tx \
  FROM (SELECT DISTINCT unnest($2::uuid[]) AS id ORDER BY 1) AS changed, now \
ON CONFLICT (entity_id, entity, scope) DO UPDATE SET state = 'present', rev = f.rev + 1, tx = excluded.tx, seq = excluded.seq";

/// Announces to a person what it may know now that its role or unit is another. The caller has [`move_readers`].
pub async fn person(conn: &mut Conn, account_id: Uuid) -> Result<(), DbError> {
    cached(PERSON)
        .bind::<SqlUuid, _>(account_id)
        .execute(conn)
        .await
        .map(|_| ())
}

const PERSON: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
i AS (SELECT id, 'user:' || id AS scope FROM accounts WHERE id = $1), \
own AS MATERIALIZED (SELECT r.id FROM reports r JOIN accounts i ON i.id = r.account_id AND i.role = 'inspector' WHERE i.id = $1), \
ticket AS MATERIALIZED (SELECT DISTINCT ticket_id FROM ticket_readers WHERE reader = $1 AND scope LIKE 'user:%'), \
held AS MATERIALIZED (\
  SELECT 'reports' AS entity, own.id, 1 + (SELECT count(*) FROM report_amendments m WHERE m.report_id = own.id) AS rev FROM own \
  UNION SELECT 'findings', f.id, 1 FROM findings f JOIN own ON own.id = f.report_id \
  UNION SELECT 'tickets', t.id, t.rev FROM tickets t JOIN ticket ON ticket.ticket_id = t.id \
  UNION SELECT 'tasks', k.id, k.rev FROM tasks k JOIN accounts i ON i.id = k.account_id AND i.role = 'inspector' \
         WHERE k.account_id = $1 AND k.state IN ('open', 'started') \
  UNION SELECT 'rounds', round_id, rev FROM round_readers WHERE account_id = $1 \
  UNION SELECT 'attachments', a.photo_key, \
               coalesce((SELECT max(f.rev) FROM sync_feed f WHERE f.entity_id = a.photo_key AND f.entity = 'attachments'), 1) \
          FROM attachments a JOIN accounts i ON i.id = $1 AND i.role = 'inspector' \
         WHERE a.stored_at IS NOT NULL \
           AND (a.account_id = $1 OR a.id IN (SELECT p.attachment_id FROM ticket JOIN ticket_photos p USING (ticket_id) \
                                               WHERE NOT p.office_only AND p.role <> 'comment'))), \
gone AS (\
  UPDATE sync_feed f SET state = 'left', rev = f.rev + 1, reason = 'reassigned', tx = now.tx, seq = nextval('sync_feed_seq') \
    FROM i, now WHERE f.scope = i.scope AND f.state = 'present' AND f.entity <> 'receipts' \
     AND NOT EXISTS (SELECT FROM held WHERE held.entity = f.entity AND held.id = f.entity_id)) \
INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT i.scope, held.entity, held.id, 'present', held.rev, now.tx, nextval('sync_feed_seq'), now.tx \
  FROM held, i, now ORDER BY held.id, held.entity \
ON CONFLICT (entity_id, entity, scope) DO UPDATE SET state = 'present', rev = excluded.rev, reason = NULL, accept_until = NULL, \
       tx = excluded.tx, seq = excluded.seq WHERE f.state <> 'present'";

/// Announces the open tickets of units that have moved in the tree. The caller has [`move_readers`].
pub async fn moved_units(conn: &mut Conn, units: &[Uuid]) -> Result<(), DbError> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        ticket_id: Uuid,
    }
    let rows: Vec<Row> = cached(
        "SELECT DISTINCT ticket_id FROM ticket_assignments WHERE until IS NULL AND unit_id = ANY ($1)",
    )
    .bind::<Array<SqlUuid>, _>(units)
    .load(conn)
    .await?;
    let ids: Vec<Uuid> = rows.into_iter().map(|row| row.ticket_id).collect();
    tickets(conn, &ids).await?;
    for inspector in super::account::inspectors_of(conn, units).await? {
        person(conn, inspector).await?;
    }
    Ok(())
}

async fn run(mut conn: &Conn, statement: &'static str) -> Result<(), DbError> {
    cached(statement).execute(&mut conn).await.map(|_| ())
}
