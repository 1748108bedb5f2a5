//! Lost points (失分项): which ticket puts each right, and against which criteria it goes.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::cached::cached;
use super::ticket::TicketScope;
use super::{Conn, DbError};
use crate::domain::report::Source;
use crate::domain::ticket::Ticket;

/// Where a page goes on: when the ticket before was listed, and its id.
pub type Place = (Timestamp, Uuid);

/// Which lost points are asked for.
#[derive(Debug, Clone, Default)]
pub struct LostFilter {
    /// Seen in this round, by whatever sighting.
    pub round_id: Option<Uuid>,
    /// Led by one of these units; none: by any, or by none yet.
    pub units: Option<Vec<Uuid>>,
    /// In this district.
    pub district: Option<String>,
}

/// A ticket with where its fault comes from.
#[derive(Debug, Clone)]
pub struct Lost {
    /// The ticket.
    pub ticket: Ticket,
    /// Who found it first.
    pub source: Source,
    /// In which round.
    pub round_id: Option<Uuid>,
    /// Codes of the criteria that it and its further sightings go against.
    pub criteria: Vec<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    round_id: Option<Uuid>,
    #[diesel(sql_type = Array<Text>)]
    criteria: Vec<String>,
    #[diesel(sql_type = Timestamptz)]
    listed_at: SqlTimestamp,
}

const PAGE: &str = "\
SELECT t.id, r.source, r.round_id, t.listed_at, \
       ARRAY(SELECT DISTINCT c.code FROM tickets m JOIN observations o ON o.finding_id = m.finding_id JOIN criteria c ON c.id = o.criterion_id \
              WHERE m.id = t.id OR m.master_id = t.id ORDER BY c.code) AS criteria \
  FROM tickets t JOIN findings f ON f.id = t.finding_id JOIN reports r ON r.id = f.report_id \
 WHERE t.state NOT IN ('rejected', 'merged', 'voided') \
   AND ($1 IS NULL OR EXISTS (SELECT FROM tickets m JOIN findings g ON g.id = m.finding_id JOIN reports q ON q.id = g.report_id \
                               WHERE (m.id = t.id OR m.master_id = t.id) AND q.round_id = $1)) \
   AND ($2 IS NULL OR t.lead_unit_id = ANY ($2)) AND ($3 IS NULL OR t.district_code = $3) \
   AND (t.listed_at, t.id) > ($4, $5) \
 ORDER BY t.listed_at, t.id LIMIT $6";

/// At most `limit` lost points behind a place, those first that were listed first. What came to nothing is none.
pub async fn page(
    conn: &mut Conn,
    filter: &LostFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Lost>, DbError> {
    let (listed_at, id) = after.unwrap_or((Timestamp::UNIX_EPOCH, Uuid::nil()));
    let rows: Vec<Row> = cached(PAGE)
        .bind::<Nullable<SqlUuid>, _>(filter.round_id)
        .bind::<Nullable<Array<SqlUuid>>, _>(filter.units.as_deref())
        .bind::<Nullable<Text>, _>(filter.district.as_deref())
        .bind::<Timestamptz, _>(listed_at.to_diesel())
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let tickets = super::ticket::find_all(conn, &TicketScope::All, &ids).await?;
    let mut tickets: HashMap<Uuid, Ticket> = tickets.into_iter().map(|it| (it.id, it)).collect();
    let mut page = Vec::with_capacity(rows.len());
    for row in rows {
        let source = row.source.parse::<Source>();
        let source = source.map_err(|error| DbError::DeserializationError(error.into()))?;
        page.extend(tickets.remove(&row.id).map(|ticket| Lost {
            // The page goes on where the query left off, whatever the ticket was written to be since.
            ticket: Ticket {
                listed_at: row.listed_at.to_jiff(),
                ..ticket
            },
            source,
            round_id: row.round_id,
            criteria: row.criteria,
        }));
    }
    Ok(page)
}
