//! Unmaskings: where each stands.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use uuid::Uuid;

use super::schema::{accounts, pseudonyms, unmaskings};
use super::{Conn, DbError};
use crate::domain::pseudonym::{Pseudonym, Unmasked, Unmasking, UnmaskingState};
use crate::domain::ticket::command::UnknownWord;

/// One waits for this name on this ticket already.
pub const OPEN_KEY: &str = "unmaskings_open_key";

/// Where a page goes on: when the one before was asked, and its id.
pub type Place = (Timestamp, Uuid);

#[derive(Queryable, Selectable)]
#[diesel(table_name = unmaskings, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    reason: String,
    state: String,
    asked_by: Uuid,
    asked_at: SqlTimestamp,
    decided_by: Option<Uuid>,
    decided_at: Option<SqlTimestamp>,
}

type Whole = (Row, (Uuid, String), (Uuid, String, String));

fn read(
    (row, (id, name), (account_id, username, display_name)): Whole,
) -> Result<Unmasking, DbError> {
    let unknown = || DbError::DeserializationError(UnknownWord(row.state.clone()).into());
    Ok(Unmasking {
        id: row.id,
        ticket_id: row.ticket_id,
        pseudonym: Pseudonym { id, name },
        state: UnmaskingState::from_word(&row.state).ok_or_else(unknown)?,
        reason: row.reason,
        asked_by: row.asked_by,
        asked_at: row.asked_at.to_jiff(),
        decided_by: row.decided_by,
        decided_at: row.decided_at.map(SqlTimestamp::to_jiff),
        inspector: Some(Unmasked {
            account_id,
            username,
            display_name,
        }),
    })
}

/// Writes a new one.
pub async fn insert(conn: &mut Conn, new: &Unmasking) -> Result<(), DbError> {
    diesel::insert_into(unmaskings::table)
        .values((
            unmaskings::id.eq(new.id),
            unmaskings::ticket_id.eq(new.ticket_id),
            unmaskings::pseudonym_id.eq(new.pseudonym.id),
            unmaskings::reason.eq(&new.reason),
            unmaskings::state.eq(new.state.as_str()),
            unmaskings::asked_by.eq(new.asked_by),
            unmaskings::asked_at.eq(new.asked_at.to_diesel()),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Writes what was decided of one that waits. Answers whether it did.
pub async fn decide(
    conn: &mut Conn,
    id: Uuid,
    state: UnmaskingState,
    by: Uuid,
    now: Timestamp,
) -> Result<bool, DbError> {
    let waiting = unmaskings::table
        .find(id)
        .filter(unmaskings::state.eq(UnmaskingState::Open.as_str()));
    let written = diesel::update(waiting)
        .set((
            unmaskings::state.eq(state.as_str()),
            unmaskings::decided_by.eq(by),
            unmaskings::decided_at.eq(now.to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(written == 1)
}

/// One, with who is behind the name.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Unmasking>, DbError> {
    let found: Option<Whole> = unmaskings::table
        .inner_join(pseudonyms::table.inner_join(accounts::table))
        .filter(unmaskings::id.eq(id))
        .select((
            Row::as_select(),
            (pseudonyms::id, pseudonyms::name),
            (accounts::id, accounts::username, accounts::display_name),
        ))
        .first(conn)
        .await
        .optional()?;
    found.map(read).transpose()
}

/// At most `limit` behind a place, the latest first, with who is behind the names.
pub async fn page(
    conn: &mut Conn,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Unmasking>, DbError> {
    let mut query = unmaskings::table
        .inner_join(pseudonyms::table.inner_join(accounts::table))
        .order((unmaskings::asked_at.desc(), unmaskings::id.desc()))
        .limit(limit)
        .select((
            Row::as_select(),
            (pseudonyms::id, pseudonyms::name),
            (accounts::id, accounts::username, accounts::display_name),
        ))
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.to_diesel();
        let earlier = unmaskings::asked_at.lt(at);
        query = query.filter(earlier.or(unmaskings::asked_at.eq(at).and(unmaskings::id.lt(id))));
    }
    let rows: Vec<Whole> = query.load(conn).await?;
    rows.into_iter().map(read).collect()
}
