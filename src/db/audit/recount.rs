//! What is kept of tickets besides themselves, counted anew: their past against their trails, tallies against the tickets.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::cached::cached;
use crate::db::{Conn, DbError};
use crate::domain::audit::fault::{SpanFault, TallyFault};

#[derive(QueryableByName)]
struct SpanRow {
    #[diesel(sql_type = SqlUuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = Text)]
    at: String,
    #[diesel(sql_type = Text)]
    what: String,
}

/// `told` is what the trail tells of a ticket at each of its instants, `kept` what is kept of it from when until when. Several changes of one
/// instant are one, and an instant before the last one counts as that. Who has a ticket that nobody had to act on, since it was put right on the spot or handed over
/// later, is not told; a deadline is told by rows that have a clock; a closing that waited for photos counts from their last byte.
const WRONG_SPANS: &str = "\
WITH events AS (\
  SELECT ticket_id, seq, max(at) OVER w AS at, to_state, data, \
         max(seq) FILTER (WHERE holder_unit_id IS NOT NULL) OVER w AS held, max(seq) FILTER (WHERE command = 'hand_over') OVER w AS handed_over, \
         max(seq) FILTER (WHERE command IN ('submit', 'photos_arrived')) OVER w AS sent, \
         max(seq) FILTER (WHERE to_state = 'closed' AND from_state IS DISTINCT FROM 'closed') OVER w AS closed, \
         count(*) FILTER (WHERE command = 'supervise') OVER w AS level \
    FROM ticket_events WHERE ticket_id > $1 AND ticket_id <= $2 WINDOW w AS (PARTITION BY ticket_id ORDER BY seq)), \
told AS (SELECT DISTINCT ON (ticket_id, at) * FROM events ORDER BY ticket_id, at, seq DESC), \
kept AS (\
  SELECT ticket_id, since, until, state, lead_unit_id, due_at, submitted_at, closed_at, supervision_level \
    FROM ticket_spans WHERE ticket_id > $1 AND ticket_id <= $2 \
   UNION ALL \
  SELECT id, coalesce(known_since, created_at), 'infinity', state, lead_unit_id, due_at, submitted_at, closed_at, supervision_level \
    FROM tickets WHERE id > $1 AND id <= $2), \
wrong AS (\
  SELECT t.ticket_id, t.at, \
         CASE WHEN k.ticket_id IS NULL THEN 'missing' WHEN k.state <> t.to_state THEN 'state' \
              WHEN k.lead_unit_id IS DISTINCT FROM h.holder_unit_id AND t.held >= coalesce(t.handed_over, 0) THEN 'lead_unit' \
              WHEN t.data ? 'clock' AND k.due_at IS DISTINCT FROM (t.data #>> '{clock,due,at}')::timestamptz THEN 'due_at' \
              WHEN t.to_state IN ('awaiting_recheck', 'closed') AND (k.submitted_at IS NOT NULL OR t.to_state <> 'closed') \
                   AND k.submitted_at IS DISTINCT FROM CASE s.command WHEN 'submit' THEN s.at ELSE (s.data ->> 'submitted_at')::timestamptz END \
              THEN 'submitted_at' \
              WHEN t.to_state = 'closed' AND c.command <> 'photos_arrived' AND k.closed_at IS DISTINCT FROM c.at THEN 'closed_at' \
              WHEN k.supervision_level <> t.level THEN 'supervision_level' END AS what \
    FROM told t LEFT JOIN kept k ON k.ticket_id = t.ticket_id AND k.since <= t.at AND t.at < k.until \
    LEFT JOIN ticket_events h ON h.ticket_id = t.ticket_id AND h.seq = t.held \
    LEFT JOIN ticket_events s ON s.ticket_id = t.ticket_id AND s.seq = t.sent \
    LEFT JOIN ticket_events c ON c.ticket_id = t.ticket_id AND c.seq = t.closed \
   UNION ALL \
  SELECT k.ticket_id, k.since, 'since' FROM kept k \
   WHERE NOT EXISTS (SELECT FROM told t WHERE t.ticket_id = k.ticket_id AND t.at = k.since) \
   UNION ALL \
  SELECT ticket_id, least(until, next), 'until' \
    FROM (SELECT ticket_id, until, coalesce(lead(since) OVER (PARTITION BY ticket_id ORDER BY since), 'infinity') AS next FROM kept) n \
   WHERE until <> next \
   UNION ALL \
  SELECT ticket_id, since, 'overdue' FROM ticket_spans \
   WHERE ticket_id > $1 AND ticket_id <= $2 \
     AND overdue IS DISTINCT FROM overdue_during(since, until, state, due_at, submitted_at, photos_due_at)) \
SELECT DISTINCT ON (ticket_id) ticket_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at, what \
  FROM wrong WHERE what IS NOT NULL ORDER BY ticket_id, wrong.at, what = 'overdue', what";

/// Of the tickets behind `after`, up to and including `last`, those whose kept past is not what their trail tells, each with the first thing
/// that is wrong.
pub async fn wrong_spans(
    conn: &mut Conn,
    after: Uuid,
    last: Uuid,
) -> Result<Vec<(Uuid, SpanFault)>, DbError> {
    let rows: Vec<SpanRow> = cached(WRONG_SPANS)
        .bind::<SqlUuid, _>(after)
        .bind::<SqlUuid, _>(last)
        .load(conn)
        .await?;
    let fault = |row: SpanRow| {
        let fault = SpanFault {
            at: row.at,
            what: row.what,
        };
        (row.ticket_id, fault)
    };
    Ok(rows.into_iter().map(fault).collect())
}

/// Filed tickets with what they are counted by.
const COUNTED: &str = "\
SELECT date_trunc('month', listed_at AT TIME ZONE 'Asia/Shanghai')::date AS month, (listed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, \
       lead_unit_id, item, coalesce(district_code, '') AS district_code, \
       ticket_outcome(state, due_at, submitted_at, closed_at, exempt) AS outcome, \
       floor(lat * 512)::integer AS cell_lat, floor(lon * 512)::integer AS cell_lon \
  FROM tickets WHERE number IS NOT NULL AND ticket_outcome(state, due_at, submitted_at, closed_at, exempt) IS NOT NULL";

/// A sort of tallies: the view, what it counts by, and the tickets with that.
type Tallies = (&'static str, &'static str, &'static str);

const TALLIES: [Tallies; 3] = [
    (
        "ticket_counts_by_item",
        "lead_unit_id, month, item, district_code, outcome",
        "(SELECT u.unit_id AS lead_unit_id, t.month, t.item, t.district_code, t.outcome \
            FROM tickets_counted t CROSS JOIN LATERAL units_counted(t.lead_unit_id) u) t",
    ),
    (
        "ticket_counts_by_day",
        "lead_unit_id, day, district_code, outcome",
        "(SELECT u.unit_id AS lead_unit_id, t.day, t.district_code, t.outcome \
            FROM tickets_counted t CROSS JOIN LATERAL units_counted(t.lead_unit_id) u) t",
    ),
    (
        "ticket_counts_on_map",
        "lead_unit_id, level, lat, lon, outcome",
        "(SELECT s.unit_id AS lead_unit_id, s.level, s.lat, s.lon, t.outcome \
            FROM tickets_counted t CROSS JOIN LATERAL squares_on_map(t.lead_unit_id, t.cell_lat, t.cell_lon) s) t",
    ),
];

#[derive(QueryableByName)]
struct TallyRow {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// At most so many tallies of each sort that a recount of the tickets does not give. In a transaction, whose statements may take their time.
pub async fn wrong_tallies(conn: &mut Conn, most: i64) -> Result<Vec<TallyFault>, DbError> {
    cached("SELECT set_config('statement_timeout', '0', true)")
        .execute(conn)
        .await?;
    let mut wrong = Vec::new();
    for (tallies, keys, tickets) in TALLIES {
        let rows: Vec<TallyRow> = cached(format!(
            "WITH tickets_counted AS ({COUNTED}), kept AS (SELECT {keys}, sum(n) AS n FROM {tallies} GROUP BY {keys}), \
                  counted AS (SELECT {keys}, count(*) AS n FROM {tickets} GROUP BY {keys}) \
             SELECT concat_ws(', ', {keys}) AS key, coalesce(kept.n, 0)::bigint AS kept, coalesce(counted.n, 0) AS counted \
               FROM kept FULL JOIN counted USING ({keys}) \
              WHERE coalesce(kept.n, 0) <> coalesce(counted.n, 0) ORDER BY key LIMIT $1"
        ))
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?;
        wrong.extend(rows.into_iter().map(|row| TallyFault {
            tallies,
            key: row.key,
            kept: row.kept,
            counted: row.counted,
        }));
    }
    Ok(wrong)
}
