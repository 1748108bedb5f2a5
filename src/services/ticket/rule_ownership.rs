//! 确权: the supervision office says whose it is, and that is the precedent for the place and the item.

use serde_json::json;

use super::case::{Case, Entry};
use super::redispatch::{dispatch_to, named_unit};
use crate::db::AsyncConnection as _;
use crate::db::ruling::{self, NewRuling};
use crate::domain::account::Actor;
use crate::domain::ticket::command::{Assignment, Target};
use crate::domain::ticket::machine::Command;
use crate::domain::ticket::projection::TicketView;
use crate::domain::ticket::routing::RoutingRule;
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// disputed → dispatched; stored as a precedent when the ticket's place is known.
///
/// # Errors
/// Those of opening a case; `invalid` for an unknown unit.
pub async fn rule_ownership(
    svc: &Services,
    actor: &Actor,
    target: Target,
    command: Assignment,
) -> Result<TicketView> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut case = Case::open(svc, conn, actor, target, Command::RuleOwnership).await?;
        let unit = named_unit(&case.reference, &command.unit, "/unit")?;
        let item = case.item()?.clone();
        let unit_id = unit.id;
        dispatch_to(&mut case, conn, unit).await?;
        let place_known = case.ticket.point_id.is_some() || case.ticket.position.is_some();
        let mut number = None;
        if place_known {
            let ruling = NewRuling {
                ticket_id: case.ticket.id,
                item: &item,
                point_id: case.ticket.point_id,
                position: case.ticket.position,
                unit_id,
                opinion: &command.opinion,
                ruled_by: actor.account_id,
                valid_from: case.now,
            };
            number = Some(ruling::insert(conn, ruling).await?);
            case.ticket.routing.rule = Some(RoutingRule::OwnershipRuling);
            case.ticket.routing.ruling = number;
        }
        let entry = Entry {
            opinion: command.opinion,
            data: json!({ "unit": command.unit, "ruling": number }),
            ..Entry::default()
        };
        case.close(conn, entry).await
    })
    .await
}
