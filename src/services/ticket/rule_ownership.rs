//! 确权: the supervision office says whose it is, and that is the precedent for the place and the item.

use serde_json::json;

use super::case::{Case, Entry};
use super::redispatch::{dispatch_to, named_unit};
use crate::db::Conn;
use crate::db::ruling::{self, NewRuling};
use crate::domain::ticket::command::Assignment;
use crate::domain::ticket::routing::RoutingRule;
use crate::services::error::Result;

/// disputed → dispatched; stored as a precedent when the ticket's place is known.
///
/// # Errors
/// `invalid` for an unknown unit.
pub(super) async fn rule_ownership(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: Assignment,
) -> Result<Entry> {
    let unit = named_unit(&case.reference, &command.unit, "/unit")?;
    let item = case.item()?.clone();
    let unit_id = unit.id;
    dispatch_to(case, conn, unit).await?;
    let place_known = case.ticket.point_id.is_some() || case.ticket.position.is_some();
    let mut number = None;
    if place_known {
        let ruling = NewRuling {
            ticket_id: case.ticket.id,
            item: &item,
            point_id: case.ticket.point_id,
            position: case.ticket.position,
            radius_m: case.reference.radius_m(&item.key),
            unit_id,
            opinion: &command.opinion,
            ruled_by: case.actor.account_id,
            valid_from: case.now,
        };
        number = Some(ruling::insert(conn, ruling).await?);
        case.ticket.routing.rule = Some(RoutingRule::OwnershipRuling);
        case.ticket.routing.ruling = number;
    }
    Ok(Entry {
        opinion: command.opinion,
        data: json!({ "unit": command.unit, "ruling": number }),
        ..Entry::default()
    })
}
