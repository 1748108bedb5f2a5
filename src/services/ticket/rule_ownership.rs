//! 确权: the supervision office says whose it is, and that is the precedent for the place and the item.

use serde_json::json;

use super::case::{Case, Entry};
use super::redispatch::{dispatch_to, named_unit};
use crate::db::Conn;
use crate::db::ruling;
use crate::domain::ticket::command::Assignment;
use crate::domain::ticket::routing::RoutingRule;
use crate::domain::ticket::ruling::NewRuling;
use crate::services::error::Result;

/// disputed → dispatched; stored as a precedent when the ticket's place is known, instead of an earlier one for it.
///
/// # Errors
/// `invalid` for an unknown unit.
pub(super) async fn rule_ownership(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: Assignment,
) -> Result<Entry> {
    let unit = named_unit(&case.reference, &command.unit, "/unit")?;
    let item = case.ticket.item.clone();
    let unit_id = unit.id;
    dispatch_to(case, conn, unit).await?;
    let place_known = case.ticket.point_id.is_some() || case.ticket.position.is_some();
    let mut number = None;
    if place_known {
        ruling::lock(conn).await?;
        let (point_id, position) = (case.ticket.point_id, case.ticket.position);
        let before = ruling::in_force(conn, &item, case.now).await?;
        let superseded: Vec<i64> = before
            .iter()
            .filter(|earlier| earlier.gives_way_to(point_id, position))
            .map(|earlier| earlier.number)
            .collect();
        let new = NewRuling {
            ticket_id: case.ticket.id,
            item: &item,
            point_id,
            position,
            radius_m: case.reference.radius_m(&item),
            unit_id,
            opinion: &command.opinion,
            ruled_by: case.actor.account_id,
            valid_from: case.now,
        };
        number = Some(ruling::insert(conn, new, &superseded).await?);
        case.ticket.routing.rule = Some(RoutingRule::OwnershipRuling);
        case.ticket.routing.ruling = number;
    }
    Ok(Entry {
        opinion: command.opinion,
        data: json!({ "unit": command.unit, "ruling": number }),
        ..Entry::default()
    })
}
