//! Lists of mutations: what a sender is told when it asks, and what the office works through.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::photo::IS_HERE;
use super::{COLUMNS, Logged, Row};
use crate::db::cached::cached;
use crate::db::{Conn, DbError};

/// The verdicts of those of an account's mutations that are here.
pub async fn verdicts(
    conn: &mut Conn,
    account_id: Uuid,
    mids: &[Uuid],
) -> Result<Vec<(Uuid, String)>, DbError> {
    #[derive(QueryableByName)]
    struct VerdictRow {
        #[diesel(sql_type = SqlUuid)]
        mid: Uuid,
        #[diesel(sql_type = Text)]
        verdict: String,
    }
    let rows: Vec<VerdictRow> =
        cached("SELECT mid, verdict FROM mutation_log WHERE account_id = $1 AND mid = ANY ($2)")
            .bind::<SqlUuid, _>(account_id)
            .bind::<Array<SqlUuid>, _>(mids)
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(|row| (row.mid, row.verdict)).collect())
}

/// An account's mutations that are not done, or whose photos are not all here: the latest first.
pub async fn unfinished(
    conn: &mut Conn,
    account_id: Uuid,
    limit: i64,
) -> Result<Vec<Logged>, DbError> {
    let rows: Vec<Row> = cached(format!(
        "SELECT {COLUMNS} FROM mutation_log WHERE account_id = $1 AND (verdict IN ('conflict', 'held', 'quarantined') \
            OR mid IN (SELECT d.mid FROM mutation_attachments d WHERE d.account_id = $1 AND NOT {IS_HERE})) \
          ORDER BY received_at DESC, seq DESC, mid LIMIT $2"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    rows.into_iter().map(Logged::try_from).collect()
}

/// Other content that came under a known id.
#[derive(Debug, Clone)]
pub struct Reused {
    /// As it came.
    pub raw: String,
    /// When the server had it.
    pub received_at: Timestamp,
}

/// What an account sent under ids that it had used before: the latest first.
pub async fn reused(conn: &mut Conn, account_id: Uuid, limit: i64) -> Result<Vec<Reused>, DbError> {
    #[derive(QueryableByName)]
    struct ReusedRow {
        #[diesel(sql_type = Text)]
        raw: String,
        #[diesel(sql_type = Timestamptz)]
        received_at: SqlTimestamp,
    }
    let rows: Vec<ReusedRow> = cached(
        "SELECT raw, received_at FROM mutation_conflicts WHERE account_id = $1 ORDER BY received_at DESC, mid LIMIT $2",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let reused = rows.into_iter().map(|row| Reused {
        raw: row.raw,
        received_at: row.received_at.to_jiff(),
    });
    Ok(reused.collect())
}

/// The place of a mutation among those quarantined: when it came, its sender, its id.
pub type Place = (Timestamp, Uuid, Uuid);

/// What was quarantined, of all senders, the oldest first: for this reason, if one is named, and behind this place.
pub async fn quarantined(
    conn: &mut Conn,
    code: Option<&str>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Logged>, DbError> {
    let (received_at, account_id, mid) =
        after.unwrap_or((Timestamp::UNIX_EPOCH, Uuid::nil(), Uuid::nil()));
    let rows: Vec<Row> = cached(format!(
        "SELECT {COLUMNS} FROM mutation_log WHERE verdict = 'quarantined' AND ($1 IS NULL OR result->>'code' = $1) \
            AND (received_at, account_id, mid) > ($2, $3, $4) ORDER BY received_at, account_id, mid LIMIT $5"
    ))
    .bind::<Nullable<Text>, _>(code)
    .bind::<Timestamptz, _>(received_at.to_diesel())
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(mid)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    rows.into_iter().map(Logged::try_from).collect()
}
