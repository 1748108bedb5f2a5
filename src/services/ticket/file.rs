//! 立案 by a clerk: settles what was in doubt. What the clerk does not name is taken from what the rules say now.

use std::sync::Arc;

use serde_json::json;

use super::case::{Case, Entry};
use super::redispatch::named_unit;
use super::{filing, routing};
use crate::db::Conn;
use crate::domain::catalogue::FilingCondition;
use crate::domain::report::Place;
use crate::domain::text::Text;
use crate::domain::ticket::command::File;
use crate::domain::ticket::routing::Routing;
use crate::domain::ticket::{DistrictName, Ticket};
use crate::services::error::{Error, Result};
use crate::services::reference::cache::Reference;

/// triage → dispatched; → closed when it was put right on the spot.
///
/// # Errors
/// `invalid` when condition or unit are unknown, or needed and not named.
pub(super) async fn file(case: &mut Case<'_>, conn: &mut Conn, command: File) -> Result<Entry> {
    let reference = Arc::clone(&case.reference);
    let condition = condition(&reference, &case.ticket, command.condition.as_deref())?;
    let subject = Some(condition.lead_subject.clone());
    let (mut route, district) = routed_anew(case, subject)?;
    if let Some(code) = &command.lead_unit {
        route.name(named_unit(&reference, code, "/lead_unit")?);
    }
    let unit = route.unit.clone().ok_or_else(no_unit)?;
    route.ambiguous = false;
    case.ticket.routing = route;
    case.ticket.district = district;
    filing::apply(
        &reference,
        conn,
        &mut case.ticket,
        condition,
        unit,
        case.now,
    )
    .await?;
    Ok(Entry {
        opinion: command.opinion,
        data: json!({
            "condition": condition.code,
            "lead_unit": command.lead_unit,
            "number": case.ticket.number,
            "routing": case.ticket.routing,
        }),
        ..Entry::default()
    })
}

fn condition<'a>(
    reference: &'a Reference,
    ticket: &Ticket,
    named: Option<&str>,
) -> Result<&'a FilingCondition> {
    let entry = reference.catalogue.get(&ticket.item);
    let conditions = entry.map_or(&[][..], |entry| &entry.conditions);
    let found = conditions.iter().find(|condition| match named {
        Some(code) => condition.code == code,
        None => ticket.condition_id == Some(condition.id),
    });
    found.ok_or_else(|| {
        let codes: Vec<&str> = conditions.iter().map(|c| c.code.as_str()).collect();
        let codes = codes.join(", ");
        Error::invalid_field(
            "/condition",
            "condition_required",
            Text::new(
                format!("请指定该项目的立案条件：{codes}"),
                format!("name one of the item's filing conditions: {codes}"),
            ),
        )
    })
}

/// What the rules say now that the subject is known. The place is the ticket's; how exact the fix was is kept from
/// the first routing.
pub(super) fn routed_anew(
    case: &Case<'_>,
    subject: Option<String>,
) -> Result<(Routing, Option<DistrictName>)> {
    let point_id = case.ticket.point_id;
    let point = point_id.and_then(|id| case.reference.check_point(id));
    let question = routing::Question {
        item: case.item()?,
        subject,
        place: case
            .ticket
            .position
            .map_or(Place::Missing, |position| Place::Fix(position, Some(0.0))),
        point_id,
        point_owner: point.and_then(|point| point.owner_unit_id),
    };
    let routed = routing::route(&case.reference, question, case.now);
    let first = &case.ticket.routing;
    let route = Routing {
        position: first.position,
        candidates: first.candidates.clone(),
        ..routed.routing
    };
    Ok((route, routed.district))
}

/// No rule finds a unit, and nobody has named one.
pub(super) fn no_unit() -> Error {
    Error::invalid_field(
        "/lead_unit",
        "unit_required",
        Text::new(
            "无法自动确定责任单位，请指定",
            "no rule finds a unit: name one",
        ),
    )
}
