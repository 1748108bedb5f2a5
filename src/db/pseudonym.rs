//! Pseudonyms, and who is behind them. Triggers give every inspector its names (migration `pseudonyms`).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{findings, pseudonyms, reports, tickets};
use super::{Conn, DbError};
use crate::domain::pseudonym::{Bearer, Pseudonym, Pseudonyms, Reporter};

type Row = (Uuid, String, Uuid, Option<Uuid>);

fn bearer((id, name, account_id, round_id): Row) -> Bearer {
    Bearer {
        pseudonym: Pseudonym { id, name },
        account_id,
        round_id,
    }
}

const COLUMNS: (
    pseudonyms::id,
    pseudonyms::name,
    pseudonyms::account_id,
    pseudonyms::round_id,
) = (
    pseudonyms::id,
    pseudonyms::name,
    pseudonyms::account_id,
    pseudonyms::round_id,
);

/// Every name of those of these accounts that are inspectors, or were.
pub async fn of_accounts(conn: &mut Conn, accounts: &[Uuid]) -> Result<Pseudonyms, DbError> {
    let rows: Vec<Row> = pseudonyms::table
        .filter(pseudonyms::account_id.eq_any(accounts))
        .select(COLUMNS)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(bearer).collect())
}

/// A name, and who is behind it.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Bearer>, DbError> {
    let row: Option<Row> = pseudonyms::table
        .find(id)
        .select(COLUMNS)
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(bearer))
}

/// Who found the fault of a ticket.
pub async fn reporter(conn: &mut Conn, ticket_id: Uuid) -> Result<Option<Reporter>, DbError> {
    let row: Option<(Uuid, Option<Uuid>)> = tickets::table
        .inner_join(findings::table.inner_join(reports::table))
        .filter(tickets::id.eq(ticket_id))
        .select((reports::account_id, reports::round_id))
        .first(conn)
        .await
        .optional()?;
    let reporter = |(account_id, round_id)| Reporter {
        account_id,
        round_id,
    };
    Ok(row.map(reporter))
}

/// Everybody who has a name to be known by: whoever is, or ever was, an inspector.
pub async fn everybody(mut conn: &Conn) -> Result<Vec<Uuid>, DbError> {
    pseudonyms::table
        .select(pseudonyms::account_id)
        .distinct()
        .load(&mut conn)
        .await
}
