//! 并案: another sighting of a fault that has its ticket already.

use serde_json::json;
use uuid::Uuid;

use super::case::{Case, Entry};
use super::trail;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::text::Text;
use crate::domain::ticket::Ticket;
use crate::services::error::{Error, Result};

/// triage → merged. The master must be filed and open; it shows the sighting's photos from now on.
///
/// # Errors
/// `invalid` when the master cannot be one.
pub(super) async fn merge(
    case: &mut Case<'_>,
    conn: &mut Conn,
    master: Uuid,
    reason: String,
) -> Result<Entry> {
    let scope = TicketScope::of(case.actor);
    // Asked before it is locked: two tickets in triage that are merged into each other must not wait for each other.
    db::ticket::find(conn, &scope, master)
        .await?
        .filter(Ticket::can_be_master)
        .ok_or_else(no_master)?;
    let mut master = db::ticket::lock(conn, &scope, master)
        .await?
        .filter(Ticket::can_be_master)
        .ok_or_else(no_master)?;
    case.ticket.merge_into(master.id, case.now);
    master.touch(case.now);
    db::ticket::update(conn, &master).await?;
    let sighting = trail::sighting(Some(case.actor), &master, case.ticket.id, case.now);
    db::ticket::event::append(conn, &master, sighting).await?;
    Ok(Entry {
        opinion: reason,
        data: json!({ "master": master.id }),
        others: vec![master.id],
        ..Entry::default()
    })
}

fn no_master() -> Error {
    Error::invalid_field(
        "/master",
        "master_unknown",
        Text::new(
            "主工单须是另一张已立案、未结案的工单",
            "the master must be another ticket that is filed and open",
        ),
    )
}
