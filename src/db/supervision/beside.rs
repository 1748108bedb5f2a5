//! What is printed beside a rate, so that nobody improves it unseen: read from the trail, which forgets nothing.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::supervision::board::Beside;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = BigInt)]
    returns: i64,
    #[diesel(sql_type = BigInt)]
    merges: i64,
    #[diesel(sql_type = BigInt)]
    forced: i64,
    #[diesel(sql_type = BigInt)]
    last_hour_extensions: i64,
}

/// Counts for each unit, with the units below it: returns and extensions of who asked, forced closings of who led, merges of who leads
/// the ticket that was merged into.
pub async fn count(
    conn: &mut Conn,
    from: Timestamp,
    until: Timestamp,
    as_of: Timestamp,
) -> Result<HashMap<Uuid, Beside>, DbError> {
    let rows: Vec<Row> = cached(
        "SELECT above.id AS unit_id, count(*) FILTER (WHERE e.command = 'return') AS returns, \
                count(*) FILTER (WHERE e.command = 'merge') AS merges, \
                count(*) FILTER (WHERE e.command = 'confirm_force_close') AS forced, \
                count(*) FILTER (WHERE e.command = 'request_extension') AS last_hour_extensions \
           FROM ticket_events e JOIN tickets t ON t.id = e.ticket_id LEFT JOIN tickets m ON m.id = t.master_id \
           JOIN units u ON u.id = CASE e.command WHEN 'merge' THEN m.lead_unit_id WHEN 'confirm_force_close' THEN t.lead_unit_id \
                                                 ELSE e.actor_unit_id END \
           JOIN units above ON above.id = ANY (u.lineage) \
          WHERE e.command IN ('return', 'merge', 'confirm_force_close', 'request_extension') \
            AND e.at >= $1 AND e.at < $2 AND e.at <= $3 \
            AND (e.command <> 'request_extension' \
                 OR (e.data #>> '{clock,due,at}')::timestamptz - e.at <= interval '1 hour') \
          GROUP BY 1",
    )
    .bind::<Timestamptz, _>(from.to_diesel())
    .bind::<Timestamptz, _>(until.to_diesel())
    .bind::<Timestamptz, _>(as_of.to_diesel())
    .load(conn)
    .await?;
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    let beside = |row: Row| {
        let beside = Beside {
            returns: count(row.returns),
            merges: count(row.merges),
            forced: count(row.forced),
            last_hour_extensions: count(row.last_hour_extensions),
        };
        (row.unit_id, beside)
    };
    Ok(rows.into_iter().map(beside).collect())
}
