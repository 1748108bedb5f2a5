//! Fingerprints, and the photos that look alike. Looking reads no more than the index gives, and is exact as far as
//! [`Fingerprints`] says: see the migration `photo_fingerprints`.

use std::fmt::Write as _;
use std::sync::LazyLock;

use diesel::sql_types::{Array, Integer, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::evidence::fingerprint::{BYTES, Fingerprint, Fingerprints, SAME_WITHIN};

const BITS: usize = 8 * BYTES;
const RUNS: usize = 8;
const RUN_BITS: usize = BITS / RUNS;
/// Of a picture that half the city has sent, the nearest are enough.
const MOST: i32 = 50;

/// Waits until no other photo is being looked for: of two that arrive at once, the second one must see the first. Taken before
/// any ticket or photo is locked.
pub async fn take_turn(conn: &mut Conn) -> Result<(), DbError> {
    cached("SELECT pg_advisory_xact_lock(hashtext('xuncha fingerprints'))")
        .execute(conn)
        .await
        .map(|_| ())
}

/// Keeps the fingerprint of a photo.
pub async fn keep(conn: &mut Conn, aid: Uuid, own: Fingerprint) -> Result<(), DbError> {
    cached(
        "INSERT INTO photo_fingerprints (attachment_id, bits) VALUES ($1, ('x' || $2)::bit(144)) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(aid)
    .bind::<Text, _>(own.to_string())
    .execute(conn)
    .await
    .map(|_| ())
}

/// A photo that looks alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, diesel::QueryableByName)]
pub struct Likeness {
    /// The photo.
    #[diesel(sql_type = SqlUuid)]
    pub other: Uuid,
    /// In how many bits it differs from what was asked, at the least.
    #[diesel(sql_type = Integer)]
    pub distance_bits: i32,
}

/// Photos whose fingerprint is within [`SAME_WITHIN`] bits of one that is asked for, nearest first.
pub async fn alike(conn: &mut Conn, asked: &Fingerprints) -> Result<Vec<Likeness>, DbError> {
    // A key has few rows: a bitmap for each costs three times what reading them does.
    bitmaps(conn, "off").await?;
    let all = asked.usual.iter().chain(&asked.others);
    let widely = i32::try_from(asked.usual.len()).unwrap_or(i32::MAX);
    let found = cached(ALIKE.as_str())
        .bind::<Array<Text>, _>(all.map(Fingerprint::to_string).collect::<Vec<_>>())
        .bind::<Integer, _>(widely)
        .bind::<Integer, _>(i32::try_from(SAME_WITHIN).unwrap_or(0))
        .bind::<Integer, _>(MOST)
        .load(conn)
        .await;
    bitmaps(conn, "on").await?;
    found
}

/// Whether the planner may use bitmaps, until the transaction ends.
async fn bitmaps(conn: &mut Conn, may: &'static str) -> Result<(), DbError> {
    cached("SELECT set_config('enable_bitmapscan', $1, true)")
        .bind::<Text, _>(may)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Keeps what was found for a photo.
pub async fn keep_likenesses(
    conn: &mut Conn,
    aid: Uuid,
    found: &[Likeness],
) -> Result<(), DbError> {
    let found = found.iter().filter(|likeness| likeness.other != aid);
    let (others, distances): (Vec<Uuid>, Vec<i32>) =
        found.map(|it| (it.other, it.distance_bits)).unzip();
    if others.is_empty() {
        return Ok(());
    }
    cached(
        "INSERT INTO photo_likenesses (attachment_id, other_id, distance_bits) \
         SELECT $1, * FROM unnest($2::uuid[], $3::integer[]) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(aid)
    .bind::<Array<SqlUuid>, _>(others)
    .bind::<Array<Integer>, _>(distances)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Every run of every question, those of the first few questions with their neighbours too, each looked up in the index of that run. The LATERAL with `OFFSET 0`
/// keeps the planner, which cannot know how few rows a key has, from reading the table.
static ALIKE: LazyLock<String> = LazyLock::new(|| {
    let mut sql = format!(
        "WITH question AS MATERIALIZED (\
           SELECT ('x' || hex)::bit({BITS}) AS bits, n <= $2 AS widely FROM unnest($1::text[]) WITH ORDINALITY AS asked (hex, n)), \
         flip AS MATERIALIZED (\
           SELECT 0 AS mask, false AS wide UNION ALL SELECT 1 << n, true FROM generate_series(0, {last}) AS n), ",
        last = RUN_BITS - 1
    );
    let mut union = String::new();
    for run in 0..RUNS {
        let part = format!(
            "substring(bits FROM {} FOR {RUN_BITS})::integer",
            run * RUN_BITS + 1
        );
        // Writing to a String cannot fail.
        let _ = write!(
            union,
            "{} SELECT f.attachment_id, bit_count(f.bits # probe.bits) AS distance FROM (\
               SELECT bits, {part} # mask AS key FROM question JOIN flip ON question.widely OR NOT flip.wide) AS probe CROSS JOIN LATERAL (\
               SELECT attachment_id, bits FROM photo_fingerprints WHERE {part} = probe.key OFFSET 0) AS f",
            if run == 0 { "" } else { " UNION ALL" }
        );
    }
    let _ = write!(
        sql,
        "found AS ({union}) SELECT attachment_id AS other, min(distance)::integer AS distance_bits FROM found \
          WHERE distance <= $3 GROUP BY attachment_id ORDER BY distance_bits, other LIMIT $4"
    );
    sql
});
