//! 更正: the item, the condition or the position was wrong. Whose it is and how long it may take are computed anew; what it was
//! stays in the trail. The same unit keeps what it has used up: the new limit counts from the old start, through every stop since.
//! Another unit begins with a full limit.

use std::sync::Arc;

use serde_json::{Value, json};

use super::case::{Case, Entry};
use super::file::{no_unit, routed_anew};
use super::filing::cooperating;
use super::redispatch::named_unit;
use crate::db::ticket::assignment::{self, Parties};
use crate::db::{self, Conn};
use crate::domain::calendar::{Limit, WorkDayCounting};
use crate::domain::catalogue::{FilingCondition, ItemKey};
use crate::domain::report::Place;
use crate::domain::text::Text;
use crate::domain::ticket::command::Correction;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::routing::PositionSource;
use crate::domain::ticket::triage::{TriageReason, doubts};
use crate::services::error::{Error, Result};
use crate::services::reference::cache::{Entry as CatalogueEntry, Reference};

/// Any open state; it stays, unless the ticket turns out to be another unit's: → dispatched.
///
/// # Errors
/// `invalid` for what is not in the ticket's edition of the catalogue, and where a condition or a unit must be named.
pub(super) async fn correct(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: Correction,
) -> Result<Entry> {
    let reference = Arc::clone(&case.reference);
    let before = facts(case);
    let entry = item(&reference, &case.ticket.item, command.item.as_deref())?;
    let condition = condition(case, entry, command.condition.as_deref())?;
    case.ticket.item = entry.item.key.clone();
    case.ticket.condition_id = condition.map(|condition| condition.id);
    if let Some(position) = command.position {
        case.ticket.position = Some(position);
    }
    let subject = super::routing::subject(condition, &entry.conditions);
    let (mut route, district) = routed_anew(case, subject)?;
    if command.position.is_some() {
        route.position = PositionSource::Fix;
        route.candidates = Vec::new();
    }
    if let Some(code) = &command.lead_unit {
        route.name(named_unit(&reference, code, "/lead_unit")?);
    }
    case.ticket.district = district;
    case.ticket.routing = route;
    match condition.filter(|_| case.ticket.state != State::Triage) {
        Some(condition) => reckon(case, conn, condition).await?,
        None => doubt(case, conn, condition, command.position.is_some()).await?,
    }
    case.ticket.danger |= condition.is_some_and(|condition| condition.danger);
    if case.ticket.danger {
        // Danger breaks the seal, whenever it is found out.
        let reasons = &mut case.ticket.triage_reasons;
        reasons.retain(|reason| *reason != TriageReason::Sealed);
    }
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion: command.reason,
        data: json!({ "before": before, "after": facts(case) }),
        ..Entry::default()
    })
}

/// What may be corrected, and what follows from it.
fn facts(case: &Case<'_>) -> Value {
    let ticket = &case.ticket;
    let condition = ticket.condition_id;
    let condition = condition.and_then(|id| case.reference.catalogue.condition(id));
    json!({
        "item": ticket.item.code,
        "condition": condition.map(|condition| &condition.code),
        "position": ticket.position.map(|point| json!({ "lat": point.lat(), "lon": point.lon() })),
        "district": ticket.district.as_ref().map(|district| &district.code),
        "lead": ticket.lead.as_ref().map(|lead| lead.id),
        "routing": ticket.routing,
        "clock": ticket.clock,
    })
}

fn item<'a>(
    reference: &'a Reference,
    known: &ItemKey,
    code: Option<&str>,
) -> Result<&'a CatalogueEntry> {
    let key = ItemKey {
        code: code.unwrap_or(&known.code).to_owned(),
        ..known.clone()
    };
    reference.catalogue.get(&key).ok_or_else(|| {
        Error::invalid_field(
            "/item",
            "item_unknown",
            Text::new(
                format!("工单所属目录版本中没有测评项目 {}", key.code),
                format!(
                    "the ticket's edition of the catalogue has no item {}",
                    key.code
                ),
            ),
        )
    })
}

/// The one that is named, the present one, or the only one there is; in triage it may stay open.
fn condition<'a>(
    case: &Case<'_>,
    entry: &'a CatalogueEntry,
    named: Option<&str>,
) -> Result<Option<&'a FilingCondition>> {
    let present = case.ticket.condition_id;
    let found = match named {
        Some(code) => entry.conditions.iter().find(|it| it.code == code),
        None => match entry.conditions.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|it| Some(it.id) == present),
        },
    };
    if found.is_some() || (named.is_none() && case.ticket.state == State::Triage) {
        return Ok(found);
    }
    let codes: Vec<&str> = entry.conditions.iter().map(|it| it.code.as_str()).collect();
    let codes = codes.join(", ");
    Err(Error::invalid_field(
        "/condition",
        "condition_required",
        Text::new(
            format!("请指定该项目的立案条件：{codes}"),
            format!("name one of the item's filing conditions: {codes}"),
        ),
    ))
}

/// Unit and limit of a ticket that is filed.
async fn reckon(case: &mut Case<'_>, conn: &mut Conn, condition: &FilingCondition) -> Result<()> {
    let unit = case.ticket.routing.unit.clone().ok_or_else(no_unit)?;
    case.ticket.routing.ambiguous = false;
    // How work days are counted was frozen when it was filed.
    let counting = match case.ticket.clock.as_ref().map(|clock| clock.limit) {
        Some(Limit::WorkDays(_, counting)) => counting,
        _ => case.reference.policies.work_day_counting,
    };
    let limit = limit(condition, counting)?;
    let parties = Parties {
        cooperating: cooperating(&case.reference, &case.ticket, condition),
        lead: unit.clone(),
    };
    assignment::assign(conn, case.ticket.id, &parties, case.now).await?;
    let calendar = case.reference.calendar(Some(unit.id));
    case.ticket.reckon_anew(unit, limit, &calendar, case.now);
    Ok(())
}

fn limit(condition: &FilingCondition, counting: WorkDayCounting) -> Result<Limit> {
    let limit = Limit::new(condition.limit_value, condition.limit_unit, counting);
    Ok(limit.map_err(anyhow::Error::from)?)
}

/// Doubts of a ticket that waits in triage: those about what was corrected are settled, or new.
async fn doubt(
    case: &mut Case<'_>,
    conn: &mut Conn,
    condition: Option<&FilingCondition>,
    position_corrected: bool,
) -> Result<()> {
    let place = match case.ticket.position {
        Some(position) => Place::Fix(position, Some(0.0)),
        None => Place::Missing,
    };
    let photos = db::ticket::count_before_photos(conn, case.ticket.id).await?;
    let weak = case.reference.policies.weak_accuracy_m;
    let now = doubts(&place, weak, condition, photos, &case.ticket.routing);
    let is_new = |reason: &TriageReason| position_corrected || !reason.is_about_position();
    let kept = case.ticket.triage_reasons.iter().copied();
    let kept = kept.filter(|reason| !(is_new(reason) && reason.is_read_from_finding()));
    let mut reasons: Vec<TriageReason> = kept.chain(now.into_iter().filter(is_new)).collect();
    reasons.sort_unstable();
    reasons.dedup();
    case.ticket.triage_reasons = reasons;
    Ok(())
}
