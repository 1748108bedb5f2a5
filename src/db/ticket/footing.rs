//! What a command needs to know of a locked ticket beside its row, in one statement.

use std::sync::LazyLock;

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Integer, Nullable, Record, Text, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::event::End;
use crate::db::cached::cached;
use crate::db::reference::{STAMPS, Stamps};
use crate::db::{Conn, DbError};

/// What the command stands on.
#[derive(Debug, Clone, Copy)]
pub struct Footing {
    /// Where the trail ends.
    pub trail_end: End,
    /// Something was requested of it once.
    pub with_requests: bool,
    /// An inspector has something to do about it. While it awaits its recheck, nobody is asked for that without its lock.
    pub with_tasks: bool,
    /// The reference data in force.
    pub stamps: Stamps,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Integer>)]
    seq: Option<i32>,
    #[diesel(sql_type = Nullable<Binary>)]
    hash: Option<Vec<u8>>,
    #[diesel(sql_type = Bool)]
    with_requests: bool,
    #[diesel(sql_type = Bool)]
    with_tasks: bool,
    #[diesel(sql_type = Array<Record<(Text, BigInt)>>)]
    stamps: Vec<(String, i64)>,
}

static FOOTING: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
SELECT e.seq, e.hash, EXISTS (SELECT FROM ticket_requests q WHERE q.ticket_id = $1) AS with_requests, \
       EXISTS (SELECT FROM tasks k WHERE k.ticket_id = $1 AND k.state IN ('open', 'started')) AS with_tasks, {STAMPS} \
  FROM (SELECT) AS one LEFT JOIN LATERAL \
       (SELECT e.seq, e.hash FROM ticket_events e WHERE e.ticket_id = $1 ORDER BY e.seq DESC LIMIT 1) AS e ON true"
    )
});

/// Reads it. It stays so as long as the caller holds the ticket's lock; asked after that is held.
pub async fn footing(mut conn: &Conn, ticket_id: Uuid) -> Result<Footing, DbError> {
    let row: Row = cached(FOOTING.as_str())
        .bind::<SqlUuid, _>(ticket_id)
        .get_result(&mut conn)
        .await?;
    Ok(Footing {
        trail_end: End::of(row.seq.zip(Some(row.hash)))?,
        with_requests: row.with_requests,
        with_tasks: row.with_tasks,
        stamps: Stamps::of(&row.stamps),
    })
}
