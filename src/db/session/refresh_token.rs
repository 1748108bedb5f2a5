//! Refresh tokens by their SHA-256: which came from which, and which were used. The caller holds the session's lock.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use crate::db::schema::refresh_tokens;
use crate::db::{Conn, DbError};

/// SHA-256 of a token.
pub type Hash = [u8; 32];

/// A token that was given out.
#[derive(Queryable, Selectable)]
#[diesel(table_name = refresh_tokens, check_for_backend(diesel::pg::Pg))]
pub struct Issued {
    /// The session that it refreshes.
    pub session_id: Uuid,
    hash: Vec<u8>,
    parent_hash: Option<Vec<u8>>,
}

/// Writes a token. One that is there already is left as it is.
pub async fn insert(
    conn: &mut Conn,
    hash: &Hash,
    parent_hash: Option<&Hash>,
    session_id: Uuid,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::hash.eq(hash.as_slice()),
            refresh_tokens::parent_hash.eq(parent_hash.map(<[u8; 32]>::as_slice)),
            refresh_tokens::session_id.eq(session_id),
            refresh_tokens::issued_at.eq(now.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(|_| ())
}

/// Reads a token.
pub async fn find(conn: &mut Conn, hash: &Hash) -> Result<Option<Issued>, DbError> {
    refresh_tokens::table
        .find(hash.as_slice())
        .select(Issued::as_select())
        .first(conn)
        .await
        .optional()
}

/// Whether the session has gone on without this token: a successor of it was used, or another successor of its parent.
pub async fn is_superseded(conn: &mut Conn, token: &Issued) -> Result<bool, DbError> {
    let used = refresh_tokens::table
        .filter(refresh_tokens::used_at.is_not_null())
        .filter(refresh_tokens::hash.ne(&token.hash))
        .filter(
            refresh_tokens::parent_hash
                .eq(&token.hash)
                .or(refresh_tokens::parent_hash.eq(&token.parent_hash)),
        );
    diesel::select(diesel::dsl::exists(used))
        .get_result(conn)
        .await
}

/// Notes the first use of a token.
pub async fn mark_used(conn: &mut Conn, token: &Issued, now: Timestamp) -> Result<(), DbError> {
    diesel::update(refresh_tokens::table.find(&token.hash))
        .filter(refresh_tokens::used_at.is_null())
        .set(refresh_tokens::used_at.eq(now.to_diesel()))
        .execute(conn)
        .await
        .map(|_| ())
}
