//! Announcing tickets. Who may know of one is asked of the view `ticket_readers`; of a ticket that a command has left with those who have it,
//! no more is asked than its state can have changed.

use std::sync::LazyLock;

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{PHOTOS_OF_TICKETS, Touched, photos, photos_of_tickets};
use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::sync::ACCEPT_LATE_DAYS;
use crate::domain::ticket::Ticket;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Bool)]
    shown: bool,
}

/// Announces tickets, new or changed, to everyone who may know of them now, and their end to everyone who may no longer.
/// Photos of theirs follow.
pub async fn tickets(conn: &Conn, ids: &[Uuid]) -> Result<(), DbError> {
    match tell(conn, &TICKETS, ids).await? {
        true => photos_of_tickets(conn, ids).await,
        false => Ok(()),
    }
}

/// Announces tickets that have not changed to inspectors who have come to know of them, or may no longer. Nobody else is sent
/// anything: not even that something was sent may tell a unit that its ticket is looked back at.
pub async fn tickets_to_inspectors(conn: &Conn, ids: &[Uuid]) -> Result<(), DbError> {
    tell(conn, &TICKETS_TO_NEW_READERS, ids).await?;
    photos(conn, PHOTOS_OF_TICKETS, ids, Touched::Inspectors).await
}

/// Answers whether a photo of these tickets is here. The caller holds their locks, and whoever stores a photo waits for these.
async fn tell(mut conn: &Conn, statement: &'static str, ids: &[Uuid]) -> Result<bool, DbError> {
    let row: Row = cached(statement)
        .bind::<Array<SqlUuid>, _>(ids)
        .get_result(&mut conn)
        .await?;
    Ok(row.shown)
}

static TICKETS: LazyLock<String> = LazyLock::new(|| tickets_statement(""));

static TICKETS_TO_NEW_READERS: LazyLock<String> =
    LazyLock::new(|| tickets_statement("WHERE f.state <> 'present'"));

fn tickets_statement(unless: &str) -> String {
    format!(
        "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
t AS MATERIALIZED (SELECT id, rev FROM tickets WHERE id = ANY ($1)), \
reader AS MATERIALIZED (SELECT DISTINCT t.id AS ticket_id, r.scope FROM t CROSS JOIN LATERAL \
   (SELECT r.scope FROM ticket_readers r WHERE r.ticket_id = t.id OFFSET 0) r), \
gone AS (\
  UPDATE sync_feed f SET state = 'left', rev = t.rev, accept_until = now() + make_interval(days => {ACCEPT_LATE_DAYS}), \
         reason = CASE WHEN f.scope LIKE 'unit:%' THEN 'reassigned' ELSE 'done' END, \
         tx = now.tx, seq = nextval('sync_feed_seq') \
    FROM t, now \
   WHERE f.entity = 'tickets' AND f.entity_id = t.id AND f.state = 'present' \
     AND NOT EXISTS (SELECT FROM reader WHERE reader.ticket_id = t.id AND reader.scope = f.scope)), \
present AS (\
  INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
  SELECT reader.scope, 'tickets', t.id, 'present', t.rev, now.tx, nextval('sync_feed_seq'), now.tx \
    FROM t JOIN reader ON reader.ticket_id = t.id, now ORDER BY t.id, reader.scope \
  {PRESENT_AGAIN} {unless}) \
{}",
        shown("= ANY ($1)")
    )
}

const PRESENT_AGAIN: &str = "\
ON CONFLICT (entity_id, entity, scope) DO UPDATE SET state = 'present', rev = excluded.rev, reason = NULL, accept_until = NULL, \
       tx = excluded.tx, seq = excluded.seq";

/// Announces to the office alone that there is something new about tickets: nobody else may learn even that.
pub async fn tickets_for_office(mut conn: &Conn, ids: &[Uuid]) -> Result<(), DbError> {
    cached(TICKETS_FOR_OFFICE)
        .bind::<Array<SqlUuid>, _>(ids)
        .execute(&mut conn)
        .await
        .map(|_| ())
}

const TICKETS_FOR_OFFICE: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base) \
UPDATE sync_feed f SET tx = now.tx, seq = nextval('sync_feed_seq') FROM now \
 WHERE f.entity_id = ANY ($1) AND f.entity = 'tickets' AND f.scope = 'office' AND f.state = 'present'";

/// Who may know of a ticket after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Those who knew of it. No photo has come to it.
    Same,
    /// The inspectors who may judge it too.
    JudgesToo,
    /// Those who knew of it, but for inspectors to whom it was there to judge.
    JudgesNoLonger,
    /// Anybody.
    Others,
}

/// Announces a ticket that has changed. Where its judges are others now, the caller announces its photos as well, if there are any
/// ([`shows_photos`], [`photos_of_tickets`]).
pub async fn ticket(mut conn: &Conn, ticket: &Ticket, readers: Readers) -> Result<(), DbError> {
    let statement = match readers {
        Readers::Same => SAME_READERS,
        Readers::JudgesToo => JUDGES_TOO.as_str(),
        Readers::JudgesNoLonger => JUDGES_NO_LONGER.as_str(),
        Readers::Others => return tickets(conn, &[ticket.id]).await,
    };
    cached(statement)
        .bind::<SqlUuid, _>(ticket.id)
        .bind::<BigInt, _>(ticket.rev)
        .execute(&mut conn)
        .await
        .map(|_| ())
}

/// Whether a photo of the ticket is here.
pub async fn shows_photos(mut conn: &Conn, ticket_id: Uuid) -> Result<bool, DbError> {
    let row: Row = cached(SHOWS_PHOTOS.as_str())
        .bind::<SqlUuid, _>(ticket_id)
        .get_result(&mut conn)
        .await?;
    Ok(row.shown)
}

static SHOWS_PHOTOS: LazyLock<String> = LazyLock::new(|| shown("= $1"));

const SAME_READERS: &str = "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base) \
UPDATE sync_feed f SET rev = $2, tx = now.tx, seq = nextval('sync_feed_seq') FROM now \
 WHERE f.entity_id = $1 AND f.entity = 'tickets' AND f.state = 'present'";

static JUDGES_TOO: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
reader AS MATERIALIZED (\
  SELECT f.scope FROM sync_feed f WHERE f.entity_id = $1 AND f.entity = 'tickets' AND f.state = 'present' \
  UNION SELECT r.scope FROM ticket_readers r WHERE r.ticket_id = $1 AND r.why = 'judge') \
INSERT INTO sync_feed AS f (scope, entity, entity_id, state, rev, tx, seq, since) \
SELECT reader.scope, 'tickets', $1, 'present', $2, now.tx, nextval('sync_feed_seq'), now.tx FROM reader, now ORDER BY reader.scope \
{PRESENT_AGAIN}"
    )
});

/// Of people, those stay who have another reason to know of it.
static JUDGES_NO_LONGER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
WITH now AS (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base), \
person AS MATERIALIZED (SELECT r.scope FROM ticket_readers r WHERE r.ticket_id = $1 AND r.why IN ('finder', 'lookback')) \
UPDATE sync_feed f SET state = held.state, reason = held.reason, accept_until = held.until, rev = $2, tx = now.tx, \
       seq = nextval('sync_feed_seq') \
  FROM now, (VALUES (true, 'present', NULL, NULL), \
                    (false, 'left', 'done', now() + make_interval(days => {ACCEPT_LATE_DAYS}))) AS held (stays, state, reason, until) \
 WHERE f.entity_id = $1 AND f.entity = 'tickets' AND f.state = 'present' \
   AND held.stays = (left(f.scope, 5) <> 'user:' OR f.scope IN (SELECT scope FROM person))"
    )
});

fn shown(these: &str) -> String {
    format!(
        "\
SELECT EXISTS (SELECT FROM ticket_photos p JOIN attachments a ON a.id = p.attachment_id \
                WHERE p.ticket_id {these} AND a.stored_at IS NOT NULL) AS shown"
    )
}
