//! The log of the city (`domain::audit`): what waits to be anchored, leaves, kept nodes, heads and the right edge. Finding what is
//! wrong with it, and with the trails, reads in pages by key: `audit::reading`.

pub mod proof;
pub mod reading;
pub mod recount;
pub mod unhashed;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::schema::{audit_heads, audit_log};
use super::{Conn, DbError};
use crate::domain::audit::Hash;
use crate::domain::audit::head::Head;
use crate::domain::audit::merkle::{Edge, KeptNode};

/// A row of a trail as the log knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The ticket.
    pub ticket_id: Uuid,
    /// Which row of its trail.
    pub seq: i32,
    /// Its hash.
    pub hash: Hash,
}

/// Where the log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The generation.
    pub generation: u32,
    /// The right edge.
    pub edge: Edge,
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = Integer)]
    seq: i32,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

impl TryFrom<EntryRow> for Entry {
    type Error = DbError;

    fn try_from(row: EntryRow) -> Result<Self, DbError> {
        Ok(Self {
            ticket_id: row.ticket_id,
            seq: row.seq,
            hash: hash(&row.hash)?,
        })
    }
}

/// Where the log stands; nobody else adds to it before this transaction ends.
pub async fn hold(conn: &mut Conn) -> Result<Standing, DbError> {
    let row = audit_log::table
        .select((audit_log::generation, audit_log::size, audit_log::peaks))
        .for_update()
        .first::<(i32, i64, Vec<u8>)>(conn)
        .await?;
    standing(row)
}

/// Where the log stands.
pub async fn look(conn: &mut Conn) -> Result<Standing, DbError> {
    let row = audit_log::table
        .select((audit_log::generation, audit_log::size, audit_log::peaks))
        .first::<(i32, i64, Vec<u8>)>(conn)
        .await?;
    standing(row)
}

fn standing((generation, size, peaks): (i32, i64, Vec<u8>)) -> Result<Standing, DbError> {
    let peaks = peaks.chunks(32).map(hash).collect::<Result<_, _>>()?;
    let edge = Edge::restore(unsigned(size)?, peaks)
        .ok_or_else(|| unreadable("the right edge of the audit log was changed"))?;
    Ok(Standing {
        generation: u32::try_from(generation).map_err(unreadable)?,
        edge,
    })
}

/// Takes rows that wait to be anchored, oldest first: every row that is committed, whatever the order of commits. One that the log
/// has already is taken out, and not again.
pub async fn take(conn: &mut Conn, most: i64) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<EntryRow> = cached(
        "WITH taken AS (DELETE FROM audit_pending WHERE id = ANY (ARRAY(SELECT id FROM audit_pending ORDER BY id LIMIT $1)) \
                        RETURNING id, ticket_id, seq, hash), \
              first AS (SELECT DISTINCT ON (ticket_id, seq) id, ticket_id, seq, hash FROM taken ORDER BY ticket_id, seq, id) \
         SELECT ticket_id, seq, hash FROM first \
          WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.ticket_id = first.ticket_id AND l.seq = first.seq) ORDER BY id",
    )
    .bind::<BigInt, _>(most)
    .load(conn)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Writes leaves behind those that are there, the nodes that they make whole, and the new edge.
pub async fn extend(
    conn: &mut Conn,
    first: u64,
    entries: &[Entry],
    nodes: &[KeptNode],
    edge: &Edge,
) -> Result<(), DbError> {
    let positions = (first..)
        .zip(entries)
        .map(|(position, _)| signed(position))
        .collect::<Result<Vec<i64>, _>>()?;
    cached(
        "INSERT INTO audit_leaves (position, ticket_id, seq, hash) \
         SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::int[], $4::bytea[])",
    )
    .bind::<Array<BigInt>, _>(positions)
    .bind::<Array<SqlUuid>, _>(
        entries
            .iter()
            .map(|entry| entry.ticket_id)
            .collect::<Vec<_>>(),
    )
    .bind::<Array<Integer>, _>(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(
        entries
            .iter()
            .map(|entry| entry.hash.to_vec())
            .collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    if !nodes.is_empty() {
        keep(conn, nodes).await?;
    }
    diesel::update(audit_log::table)
        .set((
            audit_log::size.eq(signed(edge.size())?),
            audit_log::peaks.eq(edge.peaks().concat()),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

async fn keep(conn: &mut Conn, nodes: &[KeptNode]) -> Result<(), DbError> {
    let mut levels = Vec::new();
    let mut positions = Vec::new();
    let mut hashes = Vec::new();
    for node in nodes {
        levels.push(i32::try_from(node.level).map_err(unwritable)?);
        positions.push(signed(node.position)?);
        hashes.push(node.hash.to_vec());
    }
    cached(
        "INSERT INTO audit_nodes (level, position, hash) SELECT * FROM unnest($1::int[], $2::bigint[], $3::bytea[])",
    )
    .bind::<Array<Integer>, _>(levels)
    .bind::<Array<BigInt>, _>(positions)
    .bind::<Array<Binary>, _>(hashes)
    .execute(conn)
    .await
    .map(|_| ())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = audit_heads, treat_none_as_default_value = false)]
struct HeadRow {
    generation: i32,
    size: i64,
    root: Vec<u8>,
    signed_at: SqlTimestamp,
    key_id: String,
    signature: Vec<u8>,
}

impl TryFrom<HeadRow> for Head {
    type Error = DbError;

    fn try_from(row: HeadRow) -> Result<Self, DbError> {
        Ok(Self {
            generation: u32::try_from(row.generation).map_err(unreadable)?,
            size: unsigned(row.size)?,
            root: hash(&row.root)?,
            signed_at: row.signed_at.to_jiff(),
            key_id: row.key_id,
            signature: row.signature,
        })
    }
}

/// Adds a head.
pub async fn add_head(conn: &mut Conn, head: &Head) -> Result<(), DbError> {
    diesel::insert_into(audit_heads::table)
        .values(HeadRow {
            generation: i32::try_from(head.generation).map_err(unwritable)?,
            size: signed(head.size)?,
            root: head.root.to_vec(),
            signed_at: head.signed_at.to_diesel(),
            key_id: head.key_id.clone(),
            signature: head.signature.clone(),
        })
        .execute(conn)
        .await
        .map(|_| ())
}

/// Begins a generation.
pub async fn begin_generation(conn: &mut Conn, generation: u32) -> Result<(), DbError> {
    diesel::update(audit_log::table)
        .set(audit_log::generation.eq(i32::try_from(generation).map_err(unwritable)?))
        .execute(conn)
        .await
        .map(|_| ())
}

/// The head at a place.
pub async fn head_at(
    conn: &mut Conn,
    (generation, size): (u32, u64),
) -> Result<Option<Head>, DbError> {
    let generation = i32::try_from(generation).map_err(unwritable)?;
    let row: Option<HeadRow> = audit_heads::table
        .find((generation, signed(size)?))
        .first(conn)
        .await
        .optional()?;
    row.map(Head::try_from).transpose()
}

/// The latest heads, the last one first.
pub async fn latest_heads(conn: &mut Conn, most: i64) -> Result<Vec<Head>, DbError> {
    let rows: Vec<HeadRow> = audit_heads::table
        .order((audit_heads::generation.desc(), audit_heads::size.desc()))
        .limit(most)
        .load(conn)
        .await?;
    rows.into_iter().map(Head::try_from).collect()
}

/// Heads behind a place, in order.
pub async fn heads_after(
    conn: &mut Conn,
    place: Option<(u32, u64)>,
    most: i64,
) -> Result<Vec<Head>, DbError> {
    let mut query = audit_heads::table
        .order((audit_heads::generation, audit_heads::size))
        .limit(most)
        .into_boxed();
    if let Some((generation, size)) = place {
        let generation = i32::try_from(generation).map_err(unwritable)?;
        query = query.filter(
            audit_heads::generation
                .gt(generation)
                .or(audit_heads::generation
                    .eq(generation)
                    .and(audit_heads::size.gt(signed(size)?))),
        );
    }
    let rows: Vec<HeadRow> = query.load(conn).await?;
    rows.into_iter().map(Head::try_from).collect()
}

fn hash(bytes: &[u8]) -> Result<Hash, DbError> {
    bytes.try_into().map_err(unreadable)
}

fn unsigned(number: i64) -> Result<u64, DbError> {
    u64::try_from(number).map_err(unreadable)
}

fn signed(number: u64) -> Result<i64, DbError> {
    i64::try_from(number).map_err(unwritable)
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> DbError {
    DbError::DeserializationError(error.into())
}

fn unwritable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> DbError {
    DbError::SerializationError(error.into())
}
