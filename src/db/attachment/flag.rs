//! Flags on photos: what they are judged by, what is written down, and what of it readers may have.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{
    BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as SqlTimestamp;
use uuid::Uuid;

use super::role;
use crate::db::cached::cached;
use crate::db::schema::attachment_flags;
use crate::db::{Conn, DbError};
use crate::domain::evidence::flags::{Occasion, Raised, Sighting, Use};
use crate::domain::geo::Point;

#[derive(QueryableByName)]
struct UseRow {
    #[diesel(sql_type = SqlUuid)]
    occasion: Uuid,
    #[diesel(sql_type = Nullable<Integer>)]
    seq: Option<i32>,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<Double>)]
    lat: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    lon: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    acc_m: Option<f64>,
    #[diesel(sql_type = Bool)]
    mock: bool,
    #[diesel(sql_type = Nullable<Double>)]
    fault_lat: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    fault_lon: Option<f64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    earliest: Option<SqlTimestamp>,
    #[diesel(sql_type = Timestamptz)]
    latest: SqlTimestamp,
}

/// With a report a photo is what was seen, taken when the report was, as far as that is known. With a command it answers to a
/// fault: taken after that was seen, and before the command was given.
const USES: &str = "\
SELECT r.id AS occasion, NULL::integer AS seq, 'before' AS role, coalesce(r.lat, p.lat) AS lat, coalesce(r.lon, p.lon) AS lon, \
       CASE WHEN r.lat IS NOT NULL THEN r.acc_m END AS acc_m, r.mock, NULL::float8 AS fault_lat, NULL::float8 AS fault_lon, \
       r.captured_at - make_interval(secs => r.captured_error_s) AS earliest, \
       coalesce(r.captured_at + make_interval(secs => r.captured_error_s), r.received_at) AS latest \
  FROM report_attachments ra JOIN reports r ON r.id = ra.report_id LEFT JOIN check_points p ON p.id = r.point_id \
 WHERE ra.attachment_id = $1 \
UNION ALL \
SELECT ta.ticket_id, ta.seq, ta.role, (fix.it->>'lat')::float8, (fix.it->>'lon')::float8, (fix.it->>'acc_m')::float8, \
       coalesce((fix.it->>'mock')::boolean, false), t.lat, t.lon, \
       coalesce(r.captured_at - make_interval(secs => r.captured_error_s), t.created_at), e.at \
  FROM ticket_attachments ta JOIN tickets t ON t.id = ta.ticket_id \
  JOIN ticket_events e ON e.ticket_id = ta.ticket_id AND e.seq = ta.seq \
  CROSS JOIN LATERAL (SELECT e.data #> '{command,fix}' AS it) AS fix \
  LEFT JOIN findings f ON f.id = t.finding_id LEFT JOIN reports r ON r.id = f.report_id \
 WHERE ta.attachment_id = $1 AND ta.role <> 'comment'";

/// How a photo is used as evidence.
pub async fn uses(conn: &mut Conn, aid: Uuid) -> Result<Vec<Use>, DbError> {
    let rows: Vec<UseRow> = cached(USES).bind::<SqlUuid, _>(aid).load(conn).await?;
    let point = |lat: Option<f64>, lon: Option<f64>| Point::new(lat?, lon?).ok();
    let read = |row: UseRow| Use {
        occasion: occasion(row.occasion, row.seq),
        role: role(&row.role),
        fix: point(row.lat, row.lon),
        acc_m: row.acc_m.unwrap_or(0.0),
        mock: row.mock,
        fault: point(row.fault_lat, row.fault_lon),
        earliest: row.earliest.map(SqlTimestamp::to_jiff),
        latest: row.latest.to_jiff(),
    };
    Ok(rows.into_iter().map(read).collect())
}

fn occasion(id: Uuid, seq: Option<i32>) -> Occasion {
    match seq {
        Some(seq) => Occasion::Command(id, seq),
        None => Occasion::Report(id),
    }
}

#[derive(QueryableByName)]
struct SightingRow {
    #[diesel(sql_type = SqlUuid)]
    aid: Uuid,
    #[diesel(sql_type = Integer)]
    distance_bits: i32,
    #[diesel(sql_type = Timestamptz)]
    known_since: SqlTimestamp,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    occasion: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    seq: Option<i32>,
}

/// Of a picture that was sent ten thousand times, such as an app's placeholder, the earliest are enough to flag all others by.
const MOST: i64 = 50;

/// Photos of the same picture, by their bytes or by their looks, those first that are used as evidence, and of these the
/// earliest; and the photo itself, at a distance of 0.
const SIGHTINGS: &str = "\
WITH alike AS (\
  SELECT aid, min(distance_bits) AS distance_bits FROM (\
    SELECT b.id AS aid, 0 AS distance_bits FROM attachments a JOIN attachments b ON b.sha256 = a.sha256 \
     WHERE a.id = $1 AND (b.id = a.id OR b.stored_at IS NOT NULL) \
    UNION ALL SELECT other_id, distance_bits FROM photo_likenesses WHERE attachment_id = $1 \
    UNION ALL SELECT attachment_id, distance_bits FROM photo_likenesses WHERE other_id = $1) AS found GROUP BY aid), \
chosen AS (\
  SELECT alike.aid, alike.distance_bits, a.created_at \
    FROM alike JOIN attachments a ON a.id = alike.aid CROSS JOIN LATERAL (\
      SELECT EXISTS (SELECT FROM report_attachments WHERE attachment_id = alike.aid) \
          OR EXISTS (SELECT FROM ticket_attachments WHERE attachment_id = alike.aid AND role <> 'comment') AS used) AS it \
   ORDER BY alike.aid = $1 DESC, it.used DESC, a.created_at, alike.aid LIMIT 1 + $2) \
SELECT chosen.aid, chosen.distance_bits, chosen.created_at AS known_since, u.occasion, u.seq \
  FROM chosen LEFT JOIN LATERAL (\
    SELECT report_id AS occasion, NULL::integer AS seq FROM report_attachments WHERE attachment_id = chosen.aid \
    UNION ALL SELECT ticket_id, seq FROM ticket_attachments WHERE attachment_id = chosen.aid AND role <> 'comment') AS u ON true \
 ORDER BY chosen.aid";

/// A photo and those of the same picture, each with the bits in which it differs; of more than [`MOST`] the earliest.
pub async fn sightings(conn: &mut Conn, aid: Uuid) -> Result<Vec<(Sighting, u32)>, DbError> {
    let rows: Vec<SightingRow> = cached(SIGHTINGS)
        .bind::<SqlUuid, _>(aid)
        .bind::<BigInt, _>(MOST)
        .load(conn)
        .await?;
    let mut found: Vec<(Sighting, u32)> = Vec::new();
    for row in rows {
        let used = row.occasion.map(|id| occasion(id, row.seq));
        match found.last_mut() {
            Some((sighting, _)) if sighting.aid == row.aid => sighting.uses.extend(used),
            _ => {
                let sighting = Sighting {
                    aid: row.aid,
                    known_since: row.known_since.to_jiff(),
                    uses: used.into_iter().collect(),
                };
                found.push((sighting, u32::try_from(row.distance_bits).unwrap_or(0)));
            }
        }
    }
    Ok(found)
}

#[derive(Queryable, Selectable, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[diesel(table_name = attachment_flags, check_for_backend(diesel::pg::Pg))]
struct Row {
    attachment_id: Uuid,
    flag: String,
    figure: Option<i64>,
    software: Option<String>,
    other_id: Option<Uuid>,
}

/// Writes down the flags of a photo, and those by which it and one of `among` point to each other, in the place of those that
/// were there. Answers the photos whose flags are others now.
pub async fn replace(
    conn: &mut Conn,
    aid: Uuid,
    among: &[Uuid],
    raised: impl IntoIterator<Item = (Uuid, Raised)>,
) -> Result<Vec<Uuid>, DbError> {
    let other = attachment_flags::other_id;
    let alone_or_among = other.is_null().or(other.eq_any(among).assume_not_null());
    let of_another = attachment_flags::attachment_id.eq_any(among);
    let by_another = other.eq(aid).assume_not_null().and(of_another);
    let of_this = attachment_flags::attachment_id
        .eq(aid)
        .and(alone_or_among)
        .or(by_another);
    let held: Vec<Row> = attachment_flags::table
        .filter(of_this)
        .select(Row::as_select())
        .load(conn)
        .await?;
    let held: BTreeSet<Row> = held.into_iter().collect();
    let right: BTreeSet<Row> = raised
        .into_iter()
        .map(|(attachment_id, raised)| Row {
            attachment_id,
            flag: raised.flag.as_str().to_owned(),
            figure: raised.figure,
            software: raised.software,
            other_id: raised.other,
        })
        .collect();
    let changed: BTreeSet<Uuid> = held
        .symmetric_difference(&right)
        .map(|row| row.attachment_id)
        .collect();
    for row in held.difference(&right) {
        diesel::delete(attachment_flags::table)
            .filter(attachment_flags::attachment_id.eq(row.attachment_id))
            .filter(attachment_flags::flag.eq(&row.flag))
            .filter(attachment_flags::other_id.is_not_distinct_from(row.other_id))
            .execute(conn)
            .await?;
    }
    for row in right.difference(&held) {
        diesel::insert_into(attachment_flags::table)
            .values((
                attachment_flags::id.eq(Uuid::new_v4()),
                attachment_flags::attachment_id.eq(row.attachment_id),
                attachment_flags::flag.eq(&row.flag),
                attachment_flags::figure.eq(row.figure),
                attachment_flags::software.eq(&row.software),
                attachment_flags::other_id.eq(row.other_id),
            ))
            .execute(conn)
            .await?;
    }
    Ok(changed.into_iter().collect())
}
