//! Reading the feed: what a phone that has seen a snapshot has not seen yet. Positions are (tx, seq) within a scope; every
//! statement of a pull runs in one REPEATABLE READ transaction.

use std::sync::LazyLock;

use diesel::sql_types::{
    Array, BigInt, Bool, Json, Nullable, Record, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension as _, QueryableByName};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use uuid::Uuid;

use crate::db::cached::{Cached, cached};
use crate::db::reference::{STAMPS, Stamps};
use crate::db::sync_cursor::Holder;
use crate::db::{Conn, DbError};
use crate::domain::sync::Collection;

/// The moment that a pull sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// `pg_current_snapshot()` as text.
    pub snapshot: String,
    /// What transaction ids are counted from.
    pub base: i64,
    /// The epoch in which cursors mean anything.
    pub epoch: Uuid,
}

/// What is known at that moment.
#[derive(Debug, Clone)]
pub struct Present {
    /// The moment.
    pub moment: Moment,
    /// Of the scopes asked about, those in which anything may have been written since the snapshot seen.
    pub moved: Vec<String>,
    /// The reference data in force.
    pub stamps: Stamps,
}

#[derive(QueryableByName)]
struct PresentRow {
    #[diesel(sql_type = Text)]
    snapshot: String,
    #[diesel(sql_type = BigInt)]
    base: i64,
    #[diesel(sql_type = SqlUuid)]
    epoch: Uuid,
    #[diesel(sql_type = Array<Text>)]
    moved: Vec<String>,
    #[diesel(sql_type = Array<Record<(Text, BigInt)>>)]
    stamps: Vec<(String, i64)>,
}

static PRESENT_MOMENT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
SELECT pg_current_snapshot()::text AS snapshot, b.base, b.epoch, {STAMPS}, \
       ARRAY(SELECT s.scope FROM json_array_elements_text($2) AS s (scope) CROSS JOIN LATERAL \
         (SELECT FROM sync_feed f \
           WHERE f.scope = s.scope AND f.tx >= b.base + pg_snapshot_xmin($1::pg_snapshot)::text::bigint LIMIT 1) AS since) AS moved, \
       set_config('plan_cache_mode', 'force_generic_plan', true) \
  FROM feed_base b"
    )
});

/// The present moment, and which of these scopes have moved since the snapshot `seen`. What the transaction asks from here on is planned once
/// a connection: all of it goes by keys, and planning takes as long as reading some hundred rows. The scopes come as in [`standing`].
pub async fn present(
    conn: &mut Conn,
    seen: Option<&str>,
    scopes: &[String],
) -> Result<Present, DbError> {
    let row: PresentRow = cached(PRESENT_MOMENT.as_str())
        .bind::<Nullable<Text>, _>(seen)
        .bind::<Json, _>(serde_json::Value::from(scopes))
        .get_result(conn)
        .await?;
    Ok(Present {
        moment: Moment {
            snapshot: row.snapshot,
            base: row.base,
            epoch: row.epoch,
        },
        moved: row.moved,
        stamps: Stamps::of(&row.stamps),
    })
}

/// Where a phone stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its cursor is of the epoch in force.
    pub of_this_epoch: bool,
    /// The epoch in force.
    pub epoch: Uuid,
    /// The snapshot that it has seen.
    pub snapshot: String,
    /// The scopes that it was given.
    pub scopes: Vec<String>,
    /// The cursor has come back before.
    pub presented: bool,
    /// Something in the scopes asked for has changed since.
    pub changed: bool,
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = Bool)]
    of_this_epoch: bool,
    #[diesel(sql_type = SqlUuid)]
    epoch: Uuid,
    #[diesel(sql_type = Text)]
    snap: String,
    #[diesel(sql_type = Array<Text>)]
    scopes: Vec<String>,
    #[diesel(sql_type = Bool)]
    presented: bool,
    #[diesel(sql_type = Bool)]
    changed: bool,
}

/// Where the phone of a cursor stands, and whether it has missed anything in these scopes; none for a cursor that this
/// device was not given, or not to this account in this role. One statement: an empty pull needs no more. The scopes come as JSON,
/// of which no value promises PostgreSQL fewer rows than another: it would plan anew for each array, for as long as the reading takes.
pub async fn standing(
    conn: &mut Conn,
    token: Uuid,
    holder: Holder,
    scopes: &[String],
) -> Result<Option<Standing>, DbError> {
    let row: Option<StandingRow> = cached(
        "SELECT c.epoch = b.epoch AS of_this_epoch, b.epoch, c.snap, c.scopes, c.presented_at IS NOT NULL AS presented, \
                EXISTS (SELECT FROM json_array_elements_text($4) AS s (scope) CROSS JOIN LATERAL \
                  (SELECT FROM sync_feed f \
                    WHERE f.scope = s.scope AND f.tx >= b.base + pg_snapshot_xmin(c.snap::pg_snapshot)::text::bigint \
                      AND CASE WHEN f.tx < b.base THEN false \
                               ELSE NOT pg_visible_in_snapshot((f.tx - b.base)::text::xid8, c.snap::pg_snapshot) END \
                    LIMIT 1) AS missed) AS changed \
           FROM sync_cursors c, feed_base b WHERE c.token = $1 AND c.device_id = $2 AND c.account_id = $3 AND c.role = $5",
    )
    .bind::<SqlUuid, _>(token)
    .bind::<SqlUuid, _>(holder.device_id)
    .bind::<SqlUuid, _>(holder.account_id)
    .bind::<Json, _>(serde_json::Value::from(scopes))
    .bind::<Text, _>(holder.role.as_str())
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| Standing {
        of_this_epoch: row.of_this_epoch,
        epoch: row.epoch,
        snapshot: row.snap,
        scopes: row.scopes,
        presented: row.presented,
        changed: row.changed,
    }))
}

/// What is asked of one scope.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The scope.
    pub scope: &'a str,
    /// What the phone has seen; none: every row that is present.
    pub seen: Option<&'a str>,
    /// The moment of the pull's first page: later changes come with the next delta.
    pub until: &'a str,
    /// What transaction ids are counted from.
    pub base: i64,
    /// Collections that the reader is given.
    pub collections: &'a [&'static str],
    /// Scopes read before this one that may hold the same rows: what they hold is sent for them.
    pub earlier: &'a [String],
    /// Every scope that the reader has now: what any of them holds is not gone.
    pub current: &'a [String],
    /// Rows after this position.
    pub after: (i64, i64),
    /// Most rows.
    pub limit: i64,
}

/// Where a row of the feed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// The scope holds it.
    Present,
    /// It is no more.
    Deleted,
    /// The scope holds it no longer.
    Left,
}

/// A row of the feed.
#[derive(Debug, Clone)]
pub struct FeedRow {
    /// Collection.
    pub collection: Collection,
    /// Id.
    pub id: Uuid,
    /// Where it stands.
    pub state: RowState,
    /// Version.
    pub rev: i64,
    /// Why it has left.
    pub reason: Option<String>,
    /// Until when work done under the old assignment is taken.
    pub accept_until: Option<Timestamp>,
    /// Position.
    pub at: (i64, i64),
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    entity: String,
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    rev: i64,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    accept_until: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = BigInt)]
    tx: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

impl TryFrom<Row> for FeedRow {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            collection: Collection::from_word(&row.entity)
                .ok_or_else(|| DbError::DeserializationError("an unknown collection".into()))?,
            id: row.entity_id,
            state: match row.state.as_str() {
                "present" => RowState::Present,
                "deleted" => RowState::Deleted,
                _ => RowState::Left,
            },
            rev: row.rev,
            reason: row.reason,
            accept_until: row.accept_until.map(jiff_diesel::Timestamp::to_jiff),
            at: (row.tx, row.seq),
        })
    }
}

/// Rows of a scope that the phone has not seen as they are: those present, unless an earlier scope sends them, and the end of
/// those that it had and that no scope of its reader holds any more.
pub async fn missed(conn: &mut Conn, question: &Question<'_>) -> Result<Vec<FeedRow>, DbError> {
    let rows: Vec<Row> = match question.seen {
        None => bound(PRESENT, question, question.after).load(conn).await?,
        Some(seen) => {
            let after = question.after.max(before_unseen(seen, question.base));
            bound(CHANGED, question, after)
                .bind::<Text, _>(seen)
                .bind::<Array<Text>, _>(question.current)
                .load(conn)
                .await?
        }
    };
    rows.into_iter().map(FeedRow::try_from).collect()
}

/// The last position of which the snapshot has seen everything up to it: just before its oldest open transaction. A delta is
/// walked from there. It must be the only lower bound in the statement: of two, PostgreSQL begins at the first, which may
/// be the beginning of the scope.
fn before_unseen(snapshot: &str, base: i64) -> (i64, i64) {
    let oldest_open = snapshot.split(':').next().and_then(|xid| xid.parse().ok());
    let oldest_open: i64 = oldest_open.unwrap_or(0);
    (base.saturating_add(oldest_open).saturating_sub(1), i64::MAX)
}

fn bound<'a>(sql: &'static str, question: &'a Question<'a>, after: (i64, i64)) -> Cached<'a> {
    cached(sql)
        .bind::<Text, _>(question.scope)
        .bind::<Array<Text>, _>(question.collections)
        .bind::<BigInt, _>(after.0)
        .bind::<BigInt, _>(after.1)
        .bind::<Text, _>(question.until)
        .bind::<BigInt, _>(question.base)
        .bind::<Array<Text>, _>(question.earlier)
        .bind::<BigInt, _>(question.limit)
}

/// Everything present at the moment `$5`. `OFFSET 0` keeps each look at the other scopes a look at one row: left to itself,
/// PostgreSQL may read such a scope whole.
const PRESENT: &str = "\
SELECT f.entity, f.entity_id, f.state, f.rev, f.reason, f.accept_until, f.tx, f.seq \
  FROM sync_feed f \
 WHERE f.scope = $1 AND f.entity = ANY ($2) AND (f.tx, f.seq) > ($3, $4) AND f.state = 'present' \
   AND (f.tx < $6 + (SELECT pg_snapshot_xmin($5::pg_snapshot)::text::bigint) \
        OR pg_visible_in_snapshot((f.tx - $6)::text::xid8, (SELECT $5::pg_snapshot))) \
   AND (cardinality($7) = 0 OR NOT EXISTS (SELECT FROM sync_feed o WHERE o.entity_id = f.entity_id AND o.entity = f.entity \
                                              AND o.scope = ANY ($7) AND o.state = 'present' OFFSET 0)) \
 ORDER BY f.tx, f.seq LIMIT $8";

/// What was written between the snapshots `$9` and `$5`. Of most rows the ends of the snapshots tell.
const CHANGED: &str = "\
SELECT f.entity, f.entity_id, f.state, f.rev, f.reason, f.accept_until, f.tx, f.seq \
  FROM sync_feed f \
 WHERE f.scope = $1 AND f.entity = ANY ($2) AND (f.tx, f.seq) > ($3, $4) \
   AND (f.tx >= $6 + (SELECT pg_snapshot_xmax($9::pg_snapshot)::text::bigint) \
        OR f.tx >= $6 AND NOT pg_visible_in_snapshot((f.tx - $6)::text::xid8, (SELECT $9::pg_snapshot))) \
   AND (f.tx < $6 + (SELECT pg_snapshot_xmin($5::pg_snapshot)::text::bigint) \
        OR pg_visible_in_snapshot((f.tx - $6)::text::xid8, (SELECT $5::pg_snapshot))) \
   AND CASE WHEN f.state = 'present' \
            THEN cardinality($7) = 0 OR \
                 NOT EXISTS (SELECT FROM sync_feed o WHERE o.entity_id = f.entity_id AND o.entity = f.entity \
                                AND o.scope = ANY ($7) AND o.state = 'present' OFFSET 0) \
            ELSE (f.since < $6 OR pg_visible_in_snapshot((f.since - $6)::text::xid8, (SELECT $9::pg_snapshot))) \
                 AND NOT EXISTS (SELECT FROM sync_feed o WHERE o.entity_id = f.entity_id AND o.entity = f.entity \
                                    AND o.scope = ANY ($10) AND o.state = 'present' OFFSET 0) END \
 ORDER BY f.tx, f.seq LIMIT $8";

/// Rows of a scope that its reader has lost: those that the phone had by the snapshot `seen`, unless a scope that the reader
/// has now holds them.
pub async fn lost(conn: &mut Conn, question: &Question<'_>) -> Result<Vec<FeedRow>, DbError> {
    let rows: Vec<Row> = bound(LOST, question, question.after)
        .bind::<Text, _>(question.seen.unwrap_or(question.until))
        .bind::<Array<Text>, _>(question.current)
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            FeedRow::try_from(row).map(|row| FeedRow {
                state: RowState::Left,
                ..row
            })
        })
        .collect()
}

/// Reads no later than `$5` like the others: a row written since has moved behind, and is met there once more at worst.
const LOST: &str = "\
SELECT f.entity, f.entity_id, f.state, f.rev, coalesce(f.reason, 'moved') AS reason, f.accept_until, f.tx, f.seq \
  FROM sync_feed f \
 WHERE f.scope = $1 AND f.entity <> 'receipts' AND ($2::text[]) IS NOT NULL AND (f.tx, f.seq) > ($3, $4) \
   AND ($5::text, $7::text[]) IS NOT NULL \
   AND (f.state = 'present' OR f.tx >= $6 AND NOT pg_visible_in_snapshot((f.tx - $6)::text::xid8, (SELECT $9::pg_snapshot))) \
   AND (f.since < $6 OR pg_visible_in_snapshot((f.since - $6)::text::xid8, (SELECT $9::pg_snapshot))) \
   AND NOT EXISTS (SELECT FROM sync_feed o WHERE o.entity_id = f.entity_id AND o.entity = f.entity \
                      AND o.scope = ANY ($10) AND o.state = 'present') \
 ORDER BY f.tx, f.seq LIMIT $8";
