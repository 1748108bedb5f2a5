//! What a proof is made of: where the rows of a ticket are in the log, and the runs of leaves and kept nodes around them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Entry, hash, signed, unsigned, unwritable};
use crate::db::schema::{audit_leaves, audit_nodes};
use crate::db::{Conn, DbError};
use crate::domain::audit::Hash;
use crate::domain::audit::merkle::{Run, leaf};

/// The rows of a ticket that are anchored, with their positions, by number.
pub async fn of_ticket(conn: &mut Conn, ticket_id: Uuid) -> Result<Vec<(u64, Entry)>, DbError> {
    let rows: Vec<(i64, i32, Vec<u8>)> = audit_leaves::table
        .filter(audit_leaves::ticket_id.eq(ticket_id))
        .order(audit_leaves::seq)
        .select((
            audit_leaves::position,
            audit_leaves::seq,
            audit_leaves::hash,
        ))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(position, seq, bytes)| {
            let hash = hash(&bytes)?;
            let entry = Entry {
                ticket_id,
                seq,
                hash,
            };
            Ok((unsigned(position)?, entry))
        })
        .collect()
}

/// A run of leaves or of kept nodes, by position.
pub async fn run(conn: &mut Conn, (level, first, count): Run) -> Result<Vec<(u64, Hash)>, DbError> {
    let (first, end) = (signed(first)?, signed(first.saturating_add(count))?);
    if level == 0 {
        let rows: Vec<(i64, Uuid, i32, Vec<u8>)> = audit_leaves::table
            .filter(
                audit_leaves::position
                    .ge(first)
                    .and(audit_leaves::position.lt(end)),
            )
            .load(conn)
            .await?;
        return rows
            .into_iter()
            .map(|(position, ticket_id, seq, bytes)| {
                Ok((unsigned(position)?, leaf(ticket_id, seq, &hash(&bytes)?)))
            })
            .collect();
    }
    let rows: Vec<(i64, Vec<u8>)> = audit_nodes::table
        .filter(audit_nodes::level.eq(i32::try_from(level).map_err(unwritable)?))
        .filter(
            audit_nodes::position
                .ge(first)
                .and(audit_nodes::position.lt(end)),
        )
        .select((audit_nodes::position, audit_nodes::hash))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(position, bytes)| Ok((unsigned(position)?, hash(&bytes)?)))
        .collect()
}
