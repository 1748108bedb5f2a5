//! Loads what phones are sent of a row, for any number of rows of a collection in a fixed number of queries. What a reader may
//! not know is withheld above, by `domain::sync::document`.

mod attachment;
mod reference;
mod report;
mod ticket;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::filing_conditions;
use super::{Conn, DbError};

pub use self::attachment::attachments;
pub use self::reference::{areas, conditions, items, points, units};
pub use self::report::{findings, reports};
pub use self::ticket::tickets;

/// Few for a page: every ticket of a city is filed under one of some dozens.
async fn condition_codes(
    conn: &mut Conn,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbError> {
    let ids = distinct(ids);
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = filing_conditions::table
        .filter(filing_conditions::id.eq_any(ids))
        .select((filing_conditions::id, filing_conditions::code))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
