//! 立案 by a clerk: settles what was in doubt. What the clerk does not name is taken from what the rules say now.

use serde_json::json;

use super::case::{Case, Entry};
use super::redispatch::named_unit;
use super::{filing, routing};
use crate::db::{self, Conn};
use crate::domain::catalogue::FilingCondition;
use crate::domain::report::Place;
use crate::domain::text::Text;
use crate::domain::ticket::DistrictName;
use crate::domain::ticket::command::File;
use crate::domain::ticket::routing::Routing;
use crate::services::error::{Error, Result};
use crate::services::policy;

/// triage → dispatched; → closed when it was put right on the spot.
///
/// # Errors
/// `invalid` when condition or unit are unknown, or needed and not named.
pub(super) async fn file(case: &mut Case<'_>, conn: &mut Conn, command: File) -> Result<Entry> {
    let condition = condition(case, conn, command.condition.as_deref()).await?;
    let (mut route, district) = routed_anew(case, conn, &condition).await?;
    if let Some(code) = &command.lead_unit {
        route.name(named_unit(conn, code, "/lead_unit").await?);
    }
    let unit = route.unit.clone().ok_or_else(no_unit)?;
    route.ambiguous = false;
    case.ticket.routing = route;
    case.ticket.district = district;
    filing::apply(case.svc, conn, &mut case.ticket, &condition, unit, case.now).await?;
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

async fn condition(
    case: &Case<'_>,
    conn: &mut Conn,
    named: Option<&str>,
) -> Result<FilingCondition> {
    let conditions = db::catalogue::conditions_of(conn, &case.ticket.item).await?;
    let codes: Vec<String> = conditions.iter().map(|c| c.code.clone()).collect();
    let found = conditions.into_iter().find(|condition| match named {
        Some(code) => condition.code == code,
        None => case.ticket.condition_id == Some(condition.id),
    });
    found.ok_or_else(|| {
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

/// What the rules say now that the condition is known. The place is the ticket's; how exact the fix was is kept from
/// the first routing.
async fn routed_anew(
    case: &Case<'_>,
    conn: &mut Conn,
    condition: &FilingCondition,
) -> Result<(Routing, Option<DistrictName>)> {
    let item = case.item(conn).await?;
    let point = match case.ticket.point_id {
        Some(id) => db::check_point::get(conn, id).await?,
        None => None,
    };
    let question = routing::Question {
        item: &item,
        subject: Some(condition.lead_subject.clone()),
        place: case
            .ticket
            .position
            .map_or(Place::Missing, |position| Place::Fix(position, Some(0.0))),
        point_id: case.ticket.point_id,
        point_owner: point.and_then(|point| point.owner_unit_id),
    };
    let policies = policy::current(conn).await?;
    let routed = routing::route(case.svc, conn, question, &policies, case.now).await?;
    let first = &case.ticket.routing;
    let route = Routing {
        position: first.position,
        candidates: first.candidates.clone(),
        ..routed.routing
    };
    Ok((route, routed.district))
}

fn no_unit() -> Error {
    Error::invalid_field(
        "/lead_unit",
        "unit_required",
        Text::new(
            "无法自动确定责任单位，请指定",
            "no rule finds a unit: name one",
        ),
    )
}
