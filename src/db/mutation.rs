//! The ledger of mutations: every authentic one exactly once, with what was made of it. Every statement names an account: a
//! mutation belongs to its sender.

mod list;
mod photo;
mod waiting;

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Binary, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::cached::{Bytes, cached, insert as insert_rows};
use super::{Conn, DbError};
use crate::domain::evidence::Sha256Digest;
use crate::domain::sync::mutation::Verdict;

pub use self::list::{Place, Reused, quarantined, reused, unfinished, verdicts};
pub use self::photo::{Declared, Receipt, declare, declared, declaring, receipts};
pub use self::waiting::{arrived, releasable};

/// A mutation to be written.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Its id.
    pub mid: Uuid,
    /// The phone that sent it.
    pub device_id: Option<Uuid>,
    /// Its place in the phone's order.
    pub seq: i64,
    /// Its kind as it came.
    pub kind: &'a str,
    /// What it is about.
    pub target_id: Option<Uuid>,
    /// The cursor of the phone's last pull.
    pub base_cursor: Option<Uuid>,
    /// Identity of its content.
    pub canon_sha256: Sha256Digest,
    /// As it came.
    pub raw: &'a str,
    /// The phone's clocks at the sending.
    pub clock: Value,
    /// When the server had it.
    pub received_at: Timestamp,
    /// What was made of it.
    pub outcome: Outcome,
}

/// What was made of a mutation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// In a word.
    pub verdict: Verdict,
    /// Further members of the answer.
    pub result: Value,
    /// What it waits for, when it is held, and until when.
    pub waiting: Option<Waiting>,
}

/// What a held mutation waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Mutations, or a report.
    pub ids: Vec<Uuid>,
    /// When it is done without them.
    pub release_at: Timestamp,
}

/// A mutation that is here already.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Its sender.
    pub account_id: Uuid,
    /// Its id.
    pub mid: Uuid,
    /// The phone that sent it.
    pub device_id: Option<Uuid>,
    /// Its place in the phone's order.
    pub seq: i64,
    /// Its kind as it came.
    pub kind: String,
    /// What it is about.
    pub target_id: Option<Uuid>,
    /// The cursor of the phone's last pull before.
    pub base_cursor: Option<Uuid>,
    /// Identity of its content.
    pub canon_sha256: Sha256Digest,
    /// As it came.
    pub raw: String,
    /// The phone's clocks at the sending.
    pub clock: Value,
    /// When the server had it.
    pub received_at: Timestamp,
    /// What was made of it.
    pub outcome: Outcome,
}

#[derive(Serialize)]
struct NewRow<'a> {
    account_id: Uuid,
    mid: Uuid,
    device_id: Option<Uuid>,
    seq: i64,
    kind: &'a str,
    target_id: Option<Uuid>,
    base_cursor: Option<Uuid>,
    canon_sha256: Bytes<'a>,
    raw: &'a str,
    clock: &'a Value,
    received_at: Timestamp,
    verdict: &'a str,
    result: &'a Value,
    waiting_for: &'a [Uuid],
    release_at: Option<Timestamp>,
}

impl<'a> NewRow<'a> {
    fn new(account_id: Uuid, it: &'a Entry<'a>) -> Self {
        let waiting = it.outcome.waiting.as_ref();
        Self {
            account_id,
            mid: it.mid,
            device_id: it.device_id,
            seq: it.seq,
            kind: it.kind,
            target_id: it.target_id,
            base_cursor: it.base_cursor,
            canon_sha256: Bytes(&it.canon_sha256.0),
            raw: it.raw,
            clock: &it.clock,
            received_at: it.received_at,
            verdict: it.outcome.verdict.as_str(),
            result: &it.outcome.result,
            waiting_for: waiting.map_or(&[], |waiting| &waiting.ids),
            release_at: waiting.map(|waiting| waiting.release_at),
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    mid: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    device_id: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    target_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    base_cursor: Option<Uuid>,
    #[diesel(sql_type = Binary)]
    canon_sha256: Vec<u8>,
    #[diesel(sql_type = Text)]
    raw: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    clock: Option<Value>,
    #[diesel(sql_type = Timestamptz)]
    received_at: SqlTimestamp,
    #[diesel(sql_type = Text)]
    verdict: String,
    #[diesel(sql_type = Jsonb)]
    result: Value,
    #[diesel(sql_type = Array<SqlUuid>)]
    waiting_for: Vec<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    release_at: Option<SqlTimestamp>,
}

const COLUMNS: &str = "account_id, mid, device_id, seq, kind, target_id, base_cursor, canon_sha256, raw, clock, received_at, \
                       verdict, result, waiting_for, release_at";

impl TryFrom<Row> for Logged {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let unreadable = |what: &str| DbError::DeserializationError(what.into());
        let canon = <[u8; 32]>::try_from(row.canon_sha256)
            .map_err(|_wrong_length| unreadable("a digest of another length"))?;
        Ok(Self {
            account_id: row.account_id,
            mid: row.mid,
            device_id: row.device_id,
            seq: row.seq,
            kind: row.kind,
            target_id: row.target_id,
            base_cursor: row.base_cursor,
            canon_sha256: Sha256Digest(canon),
            raw: row.raw,
            clock: row.clock.unwrap_or_default(),
            received_at: row.received_at.to_jiff(),
            outcome: Outcome {
                verdict: Verdict::from_word(&row.verdict)
                    .ok_or_else(|| unreadable("no verdict"))?,
                result: row.result,
                waiting: row.release_at.map(|release_at| Waiting {
                    ids: row.waiting_for,
                    release_at: release_at.to_jiff(),
                }),
            },
        })
    }
}

/// Writes mutations, at least one; answers the ids of those that were not here. Waits for a concurrent twin.
pub async fn insert(
    conn: &mut Conn,
    account_id: Uuid,
    entries: &[Entry<'_>],
) -> Result<Vec<Uuid>, DbError> {
    #[derive(QueryableByName)]
    struct MidRow {
        #[diesel(sql_type = SqlUuid)]
        mid: Uuid,
    }
    let rows: Vec<NewRow<'_>> = entries
        .iter()
        .map(|entry| NewRow::new(account_id, entry))
        .collect();
    let written: Vec<MidRow> = insert_rows("mutation_log", &rows)?
        .then(" ON CONFLICT (account_id, mid) DO NOTHING RETURNING mid")
        .load(conn)
        .await?;
    Ok(written.into_iter().map(|row| row.mid).collect())
}

/// Notes what was made of a mutation. The caller has written or locked it.
pub async fn settle(
    conn: &mut Conn,
    account_id: Uuid,
    mid: Uuid,
    outcome: &Outcome,
) -> Result<(), DbError> {
    let (ids, release_at) = match &outcome.waiting {
        Some(waiting) => (waiting.ids.clone(), Some(waiting.release_at.to_diesel())),
        None => (Vec::new(), None),
    };
    cached(
        "UPDATE mutation_log SET verdict = $3, result = $4, waiting_for = $5, release_at = $6 \
          WHERE account_id = $1 AND mid = $2",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(mid)
    .bind::<Text, _>(outcome.verdict.as_str())
    .bind::<Jsonb, _>(&outcome.result)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Nullable<Timestamptz>, _>(release_at)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Those of an account's mutations that are here.
pub async fn find(
    conn: &mut Conn,
    account_id: Uuid,
    mids: &[Uuid],
) -> Result<Vec<Logged>, DbError> {
    let rows: Vec<Row> = cached(format!(
        "SELECT {COLUMNS} FROM mutation_log WHERE account_id = $1 AND mid = ANY ($2)"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<Array<SqlUuid>, _>(mids)
    .load(conn)
    .await?;
    rows.into_iter().map(Logged::try_from).collect()
}

/// Locks a mutation that still has this verdict, until the transaction ends.
pub async fn lock(
    conn: &mut Conn,
    account_id: Uuid,
    mid: Uuid,
    verdict: Verdict,
) -> Result<Option<Logged>, DbError> {
    let rows: Vec<Row> = cached(format!(
        "SELECT {COLUMNS} FROM mutation_log WHERE account_id = $1 AND mid = $2 AND verdict = $3 FOR UPDATE"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(mid)
    .bind::<Text, _>(verdict.as_str())
    .load(conn)
    .await?;
    rows.into_iter().next().map(Logged::try_from).transpose()
}

/// Keeps other content that came under a known id, once. Answers when it first came, and whether that was now.
pub async fn keep_conflict(
    conn: &mut Conn,
    account_id: Uuid,
    entry: &Entry<'_>,
) -> Result<(Timestamp, bool), DbError> {
    #[derive(QueryableByName)]
    struct FirstRow {
        #[diesel(sql_type = Timestamptz)]
        received_at: SqlTimestamp,
    }
    let written = cached(
        "INSERT INTO mutation_conflicts (account_id, mid, canon_sha256, kind, raw, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(entry.mid)
    .bind::<Binary, _>(entry.canon_sha256.0.to_vec())
    .bind::<Text, _>(entry.kind)
    .bind::<Text, _>(entry.raw)
    .bind::<Timestamptz, _>(entry.received_at.to_diesel())
    .execute(conn)
    .await?;
    let first: FirstRow = cached(
        "SELECT received_at FROM mutation_conflicts WHERE account_id = $1 AND mid = $2 AND kind = $3 AND canon_sha256 = $4",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(entry.mid)
    .bind::<Text, _>(entry.kind)
    .bind::<Binary, _>(entry.canon_sha256.0.to_vec())
    .get_result(conn)
    .await?;
    Ok((first.received_at.to_jiff(), written == 1))
}
