//! Digests: gathered in the transactions that issue their slips, told once.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::schema::supervision_digests;
use crate::db::{Conn, DbError};
use crate::domain::supervision::digest::Digest;
use crate::domain::ticket::LeadUnit;

/// Puts a slip into the open digest of its addressee, which is opened for it if there is none.
pub async fn gather(
    conn: &mut Conn,
    slip_id: Uuid,
    unit: &LeadUnit,
    ladder_version: u32,
    now: Timestamp,
) -> Result<(), DbError> {
    cached(
        "WITH open AS (\
           INSERT INTO supervision_digests (id, unit_id, unit_name, opened_at) VALUES ($1, $2, $3, $4) \
           ON CONFLICT (unit_id) WHERE told_at IS NULL DO UPDATE SET unit_id = excluded.unit_id RETURNING id) \
         INSERT INTO supervision_digest_slips (slip_id, digest_id, ladder_version) SELECT $5, open.id, $6 FROM open",
    )
    .bind::<SqlUuid, _>(Uuid::new_v4())
    .bind::<SqlUuid, _>(unit.id)
    .bind::<Text, _>(&unit.name)
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<SqlUuid, _>(slip_id)
    .bind::<Integer, _>(i32::try_from(ladder_version).unwrap_or(i32::MAX))
    .execute(conn)
    .await
    .map(|_| ())
}

/// Tells every open digest; answers which.
pub async fn tell(conn: &mut Conn, year: i16, now: Timestamp) -> Result<Vec<Uuid>, DbError> {
    #[derive(QueryableByName)]
    struct IdRow {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<IdRow> = cached(
        "UPDATE supervision_digests SET told_at = $1, \
                number = 'DH-' || $2 || '-' || lpad(nextval('supervision_digest_numbers')::text, 6, '0') \
          WHERE told_at IS NULL RETURNING id",
    )
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<SmallInt, _>(year)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Order of [`page`]: `told_at`, then id.
pub type DigestKey = (Timestamp, Uuid);

/// At most `limit` digests after a key, latest first; those to these units.
pub async fn page(
    conn: &mut Conn,
    units: &[Vec<Uuid>],
    after: Option<DigestKey>,
    limit: i64,
) -> Result<Vec<Digest>, DbError> {
    use diesel::dsl::sql;
    let mut query = supervision_digests::table
        .filter(supervision_digests::told_at.is_not_null())
        .order((
            supervision_digests::told_at.desc(),
            supervision_digests::id.desc(),
        ))
        .select((
            supervision_digests::id,
            supervision_digests::number.assume_not_null(),
            supervision_digests::unit_id,
            supervision_digests::unit_name,
            supervision_digests::told_at.assume_not_null(),
        ))
        .limit(limit)
        .into_boxed();
    for units in units {
        query = query.filter(supervision_digests::unit_id.eq_any(units.clone()));
    }
    if let Some((told_at, id)) = after {
        query = query.filter(
            sql::<Bool>("(supervision_digests.told_at, supervision_digests.id) < (")
                .bind::<Timestamptz, _>(told_at.to_diesel())
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(")"),
        );
    }
    let rows: Vec<(Uuid, String, Uuid, String, SqlTimestamp)> = query.load(conn).await?;
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let mut levels = levels(conn, &ids).await?;
    let digest = |(id, number, unit_id, unit_name, told_at): (_, _, _, _, SqlTimestamp)| Digest {
        id,
        number,
        unit_id,
        unit_name,
        told_at: told_at.to_jiff(),
        levels: levels.remove(&id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(digest).collect())
}

/// How many slips of each level are in these digests.
async fn levels(
    conn: &mut Conn,
    digests: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(u32, u32)>>, DbError> {
    #[derive(QueryableByName)]
    struct LevelRow {
        #[diesel(sql_type = SqlUuid)]
        digest_id: Uuid,
        #[diesel(sql_type = Integer)]
        level: i32,
        #[diesel(sql_type = BigInt)]
        slips: i64,
    }
    let rows: Vec<LevelRow> = cached(
        "SELECT i.digest_id, s.level, count(*) AS slips \
           FROM supervision_digest_slips i JOIN supervision_slips s ON s.id = i.slip_id \
          WHERE i.digest_id = ANY ($1) GROUP BY 1, 2 ORDER BY 2",
    )
    .bind::<Array<SqlUuid>, _>(digests)
    .load(conn)
    .await?;
    let mut levels: HashMap<Uuid, Vec<(u32, u32)>> = HashMap::new();
    for row in rows {
        let level = u32::try_from(row.level).unwrap_or_default();
        let slips = u32::try_from(row.slips).unwrap_or(u32::MAX);
        levels
            .entry(row.digest_id)
            .or_default()
            .push((level, slips));
    }
    Ok(levels)
}
