//! Rows that were there before trails were chained: they are given their hashes once, ticket by ticket, and then wait to be anchored
//! like any other.

use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Integer, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::hash;
use crate::db::cached::cached;
use crate::db::schema::{ticket_events, tickets};
use crate::db::ticket::{event, row};
use crate::db::{Conn, DbError};
use crate::domain::audit::chain::START;

/// Gives the rows of some tickets their hashes; answers of how many tickets, 0 when all are done. Wants a transaction.
pub async fn chain_some(conn: &mut Conn, most: i64) -> Result<usize, DbError> {
    let ids: Vec<Uuid> = ticket_events::table
        .filter(ticket_events::hash.is_null())
        .select(ticket_events::ticket_id)
        .distinct()
        .limit(most)
        .load(conn)
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let own: Vec<row::Row> = tickets::table
        .filter(tickets::id.eq_any(&ids))
        .order(tickets::id)
        .select(row::Row::as_select())
        .for_update()
        .load(conn)
        .await?;
    let rows: Vec<event::Row> = ticket_events::table
        .filter(ticket_events::ticket_id.eq_any(&ids))
        .order((ticket_events::ticket_id, ticket_events::seq))
        .select(event::Row::as_select())
        .load(conn)
        .await?;
    let mut hashed = Vec::new();
    for trail in rows.chunk_by(|a, b| a.ticket_id == b.ticket_id) {
        let id = trail.first().map(|row| row.ticket_id);
        let ticket = own.iter().find(|row| Some(row.id) == id);
        hashed.extend(chain(trail, ticket)?);
    }
    write(conn, &hashed).await?;
    Ok(ids.len())
}

struct Hashed {
    ticket_id: Uuid,
    seq: i32,
    ticket_hash: Option<Vec<u8>>,
    hash: Vec<u8>,
}

/// Rows that have a hash keep it, and are followed.
fn chain(trail: &[event::Row], ticket: Option<&row::Row>) -> Result<Vec<Hashed>, DbError> {
    let mut before = START;
    let mut hashed = Vec::new();
    for (index, row) in trail.iter().enumerate() {
        if let Some(known) = &row.hash {
            before = hash(known)?;
            continue;
        }
        let is_last = index + 1 == trail.len();
        let digest = ticket
            .filter(|_| is_last)
            .map(row::Row::digest)
            .transpose()?;
        let mut link = row.link();
        link.ticket_hash = digest.map(hex::encode);
        before = link.hash(&before);
        hashed.push(Hashed {
            ticket_id: row.ticket_id,
            seq: row.seq,
            ticket_hash: digest.map(Vec::from),
            hash: before.to_vec(),
        });
    }
    Ok(hashed)
}

async fn write(conn: &mut Conn, hashed: &[Hashed]) -> Result<(), DbError> {
    cached(
        "WITH hashed AS (SELECT * FROM unnest($1::uuid[], $2::int[], $3::bytea[], $4::bytea[]) AS h (ticket_id, seq, ticket_hash, hash)), \
              written AS (UPDATE ticket_events e SET ticket_hash = h.ticket_hash, hash = h.hash FROM hashed h \
                           WHERE e.ticket_id = h.ticket_id AND e.seq = h.seq AND e.hash IS NULL RETURNING e.ticket_id, e.seq, e.hash) \
         INSERT INTO audit_pending (ticket_id, seq, hash) SELECT ticket_id, seq, hash FROM written w \
          WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.ticket_id = w.ticket_id AND l.seq = w.seq) ORDER BY ticket_id, seq",
    )
    .bind::<Array<SqlUuid>, _>(hashed.iter().map(|row| row.ticket_id).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(hashed.iter().map(|row| row.seq).collect::<Vec<_>>())
    .bind::<Array<Nullable<Binary>>, _>(
        hashed.iter().map(|row| row.ticket_hash.clone()).collect::<Vec<_>>(),
    )
    .bind::<Array<Binary>, _>(hashed.iter().map(|row| row.hash.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await
    .map(|_| ())
}
