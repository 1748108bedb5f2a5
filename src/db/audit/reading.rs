//! Reading all of it, in pages of bounded size: the log by position; tickets by id, each with everything there is of it. A page of
//! tickets is of one moment when it is read in a REPEATABLE READ transaction.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Entry, hash, signed, unsigned, unwritable};
use crate::db::cached::cached;
use crate::db::schema::{audit_leaves, audit_nodes, audit_pending, ticket_events, tickets};
use crate::db::ticket::{event, row};
use crate::db::{Conn, DbError};
use crate::domain::audit::merkle::KeptNode;
use crate::domain::audit::ticket::{Found, Own, Row};

/// Tickets of a page, at most.
const TICKETS: i64 = 500;
/// Rows of a page, at most, but for a ticket that has more.
const ROWS: i64 = 10_000;

/// Leaves from a position on, in order.
pub async fn leaves(conn: &mut Conn, from: u64, most: i64) -> Result<Vec<(u64, Entry)>, DbError> {
    let rows: Vec<(i64, Uuid, i32, Vec<u8>)> = audit_leaves::table
        .filter(audit_leaves::position.ge(signed(from)?))
        .order(audit_leaves::position)
        .limit(most)
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(position, ticket_id, seq, bytes)| {
            let hash = hash(&bytes)?;
            Ok((
                unsigned(position)?,
                Entry {
                    ticket_id,
                    seq,
                    hash,
                },
            ))
        })
        .collect()
}

/// Those of these nodes that are not kept as they should be.
pub async fn wrong_nodes(conn: &mut Conn, nodes: &[KeptNode]) -> Result<Vec<KeptNode>, DbError> {
    let mut wrong = Vec::new();
    for node in nodes {
        let level = i32::try_from(node.level).map_err(unwritable)?;
        let kept: Option<Vec<u8>> = audit_nodes::table
            .find((level, signed(node.position)?))
            .select(audit_nodes::hash)
            .first(conn)
            .await
            .optional()?;
        if kept.as_deref() != Some(&node.hash) {
            wrong.push(*node);
        }
    }
    Ok(wrong)
}

/// How many rows wait to be anchored, and since when the oldest does.
pub async fn tail(conn: &mut Conn) -> Result<(u64, Option<Timestamp>), DbError> {
    #[derive(QueryableByName)]
    struct TailRow {
        #[diesel(sql_type = BigInt)]
        rows: i64,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        since: Option<jiff_diesel::Timestamp>,
    }
    let row: TailRow = cached(
        "SELECT count(*) AS rows, min(e.at) AS since FROM audit_pending p LEFT JOIN ticket_events e USING (ticket_id, seq)",
    )
    .get_result(conn)
    .await?;
    Ok((
        unsigned(row.rows)?,
        row.since.map(jiff_diesel::Timestamp::to_jiff),
    ))
}

/// How many tickets there are, about: for showing how far one has come.
pub async fn about_how_many(conn: &mut Conn) -> Result<u64, DbError> {
    #[derive(QueryableByName)]
    struct CountRow {
        #[diesel(sql_type = BigInt)]
        tickets: i64,
    }
    let row: CountRow = cached(
        "SELECT greatest(reltuples, 0)::bigint AS tickets FROM pg_class WHERE oid = 'tickets'::regclass",
    )
    .get_result(conn)
    .await?;
    unsigned(row.tickets)
}

/// The id of the last ticket of the page behind `after`; none when there is nothing more.
pub async fn page_end(conn: &mut Conn, after: Uuid) -> Result<Option<Uuid>, DbError> {
    #[derive(QueryableByName)]
    struct EndRow {
        #[diesel(sql_type = Nullable<SqlUuid>)]
        last: Option<Uuid>,
    }
    let row: EndRow = cached(
        "SELECT least((SELECT id FROM tickets WHERE id > $1 ORDER BY id OFFSET $2 - 1 LIMIT 1), \
                      (SELECT ticket_id FROM ticket_events WHERE ticket_id > $1 ORDER BY ticket_id, seq OFFSET $3 - 1 LIMIT 1), \
                      (SELECT ticket_id FROM audit_leaves WHERE ticket_id > $1 ORDER BY ticket_id, seq OFFSET $3 - 1 LIMIT 1)) AS last",
    )
    .bind::<SqlUuid, _>(after)
    .bind::<BigInt, _>(TICKETS)
    .bind::<BigInt, _>(ROWS)
    .get_result(conn)
    .await?;
    Ok(row.last)
}

/// Everything that there is of the tickets behind `after`, up to and including `last`, by id.
pub async fn tickets_between(
    conn: &mut Conn,
    after: Uuid,
    last: Uuid,
) -> Result<Vec<Found>, DbError> {
    let mut found: BTreeMap<Uuid, Found> = BTreeMap::new();
    let own: Vec<row::Row> = tickets::table
        .filter(tickets::id.gt(after).and(tickets::id.le(last)))
        .select(row::Row::as_select())
        .load(conn)
        .await?;
    for row in own {
        let own = Own {
            number: row.number.clone(),
            state: row.state.clone(),
            digest: row.digest()?,
        };
        entry(&mut found, row.id).own = Some(own);
    }
    let rows: Vec<event::Row> = ticket_events::table
        .filter(
            ticket_events::ticket_id
                .gt(after)
                .and(ticket_events::ticket_id.le(last)),
        )
        .order((ticket_events::ticket_id, ticket_events::seq))
        .select(event::Row::as_select())
        .load(conn)
        .await?;
    for row in rows {
        entry(&mut found, row.ticket_id).rows.push(as_found(&row)?);
    }
    let leaves: Vec<(Uuid, i32, Vec<u8>)> = audit_leaves::table
        .filter(
            audit_leaves::ticket_id
                .gt(after)
                .and(audit_leaves::ticket_id.le(last)),
        )
        .order((audit_leaves::ticket_id, audit_leaves::seq))
        .select((
            audit_leaves::ticket_id,
            audit_leaves::seq,
            audit_leaves::hash,
        ))
        .load(conn)
        .await?;
    for (id, seq, bytes) in leaves {
        entry(&mut found, id).anchored.push((seq, hash(&bytes)?));
    }
    let waiting: Vec<(Uuid, i32, Vec<u8>)> = audit_pending::table
        .filter(
            audit_pending::ticket_id
                .gt(after)
                .and(audit_pending::ticket_id.le(last)),
        )
        .order((audit_pending::ticket_id, audit_pending::seq))
        .select((
            audit_pending::ticket_id,
            audit_pending::seq,
            audit_pending::hash,
        ))
        .load(conn)
        .await?;
    for (id, seq, bytes) in waiting {
        entry(&mut found, id).waiting.push((seq, hash(&bytes)?));
    }
    Ok(found.into_values().collect())
}

/// The trail of one ticket as it is hashed.
pub async fn trail_of(conn: &mut Conn, ticket_id: Uuid) -> Result<Vec<Row>, DbError> {
    let rows: Vec<event::Row> = ticket_events::table
        .filter(ticket_events::ticket_id.eq(ticket_id))
        .order(ticket_events::seq)
        .select(event::Row::as_select())
        .load(conn)
        .await?;
    rows.iter().map(as_found).collect()
}

fn as_found(row: &event::Row) -> Result<Row, DbError> {
    let optional = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(hash).transpose();
    Ok(Row {
        seq: row.seq,
        hash: optional(&row.hash)?,
        canonical: row.link().canonical(),
        to_state: row.to_state.clone(),
        ticket_hash: optional(&row.ticket_hash)?,
    })
}

fn entry(found: &mut BTreeMap<Uuid, Found>, id: Uuid) -> &mut Found {
    found.entry(id).or_insert_with(|| Found {
        id,
        own: None,
        rows: Vec::new(),
        anchored: Vec::new(),
        waiting: Vec::new(),
    })
}
