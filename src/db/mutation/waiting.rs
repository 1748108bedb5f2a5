//! Held mutations: what they wait for, and which wait no longer.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};

/// Of these mutations, those that are here and wait for nothing.
pub async fn arrived(
    conn: &mut Conn,
    account_id: Uuid,
    mids: &[Uuid],
) -> Result<Vec<Uuid>, DbError> {
    #[derive(QueryableByName)]
    struct MidRow {
        #[diesel(sql_type = SqlUuid)]
        mid: Uuid,
    }
    let rows: Vec<MidRow> = cached(
        "SELECT mid FROM mutation_log WHERE account_id = $1 AND mid = ANY ($2) AND verdict <> 'held'",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<Array<SqlUuid>, _>(mids)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.mid).collect())
}

/// An account's held mutations that wait for nothing any more, in the phone's order.
pub async fn releasable(mut conn: &Conn, account_id: Uuid) -> Result<Vec<Uuid>, DbError> {
    #[derive(QueryableByName)]
    struct MidRow {
        #[diesel(sql_type = SqlUuid)]
        mid: Uuid,
    }
    let rows: Vec<MidRow> = cached(
        "SELECT m.mid FROM mutation_log m WHERE m.account_id = $1 AND m.verdict = 'held' \
            AND NOT EXISTS (\
              SELECT FROM unnest(m.waiting_for) AS w (id) \
               WHERE NOT EXISTS (SELECT FROM mutation_log p WHERE p.account_id = m.account_id AND p.mid = w.id AND p.verdict <> 'held') \
                 AND NOT EXISTS (SELECT FROM reports r WHERE r.id = w.id AND r.account_id = m.account_id)) \
          ORDER BY m.seq, m.received_at, m.mid",
    )
    .bind::<SqlUuid, _>(account_id)
    .load(&mut conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.mid).collect())
}
