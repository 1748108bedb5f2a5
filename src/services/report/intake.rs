//! From a finding to its ticket (立案受理): read it against the catalogue, route it, list what is in doubt, and file it at
//! once when nothing is.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::catalogue::{CatalogueItem, FilingCondition};
use crate::domain::check_point::CheckPoint;
use crate::domain::policy::Policies;
use crate::domain::report::{NewFinding, Place};
use crate::domain::text::Text;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::triage::doubts;
use crate::services::error::{Code, Error, FieldError, Result};
use crate::services::state::Services;
use crate::services::ticket::{filing, routing, trail};

/// What all findings of a report share.
pub(super) struct Context<'a> {
    pub svc: &'a Services,
    pub actor: &'a Actor,
    pub policies: &'a Policies,
    pub place: Place,
    pub check_point: Option<&'a CheckPoint>,
    pub now: Timestamp,
}

/// Stores a finding and its ticket.
pub(super) async fn take_in(
    context: &Context<'_>,
    conn: &mut Conn,
    report_id: Uuid,
    index: usize,
    finding: &NewFinding,
) -> Result<()> {
    let at = format!("/data/findings/{index}");
    let item = item(conn, finding, &at).await?;
    let conditions = db::catalogue::conditions_of(conn, &item.key).await?;
    let named = named_condition(&conditions, finding, &at)?;
    let condition = named.or(match conditions.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    let named_id = named.map(|condition| condition.id);
    let id_was_free =
        db::report::insert_finding(conn, report_id, index, finding, &item.key, named_id).await?;
    if !id_was_free {
        return Err(Error::with_detail(
            Code::IdTaken,
            Text::new(format!("{at}/id 已被占用"), format!("{at}/id is in use")),
        ));
    }
    db::attachment::link_finding(conn, finding.id, &finding.photos).await?;

    let question = routing::Question {
        item: &item,
        subject: routing::subject(condition, &conditions),
        place: context.place,
        point_id: context.check_point.map(|point| point.id),
        point_owner: context.check_point.and_then(|point| point.owner_unit_id),
    };
    let routed = routing::route(context.svc, conn, question, context.policies, context.now).await?;
    let reasons = doubts(
        &context.place,
        context.policies.weak_accuracy_m,
        condition,
        finding.photos.len(),
        &routed.routing,
    );
    let mut ticket = Ticket {
        id: Uuid::new_v4(),
        number: None,
        finding_id: Some(finding.id),
        state: State::Triage,
        rev: 1,
        triage_reasons: reasons,
        item: item.key.clone(),
        condition_id: condition.map(|condition| condition.id),
        text: finding.text.clone(),
        danger: finding.danger || condition.is_some_and(|condition| condition.danger),
        fixed_on_site: finding.fixed_on_site,
        point_id: context.check_point.map(|point| point.id),
        position: context.place.point(),
        district: routed.district,
        routing: routed.routing,
        lead: None,
        clock: None,
        listed_at: context.now,
        dispatched_at: None,
        submitted_at: None,
        photos_due_at: None,
        closed_at: None,
        rework_round: 0,
        return_count: 0,
        master_id: None,
        created_at: context.now,
        updated_at: context.now,
    };
    db::ticket::insert(conn, &ticket).await?;
    trail::created(conn, context.actor, &ticket).await?;
    if let (true, Some(condition), Some(unit)) = (
        ticket.triage_reasons.is_empty(),
        condition,
        ticket.routing.unit.clone(),
    ) {
        filing::by_rule(context.svc, conn, &mut ticket, condition, unit, context.now).await?;
    }
    Ok(())
}

async fn item(conn: &mut Conn, finding: &NewFinding, at: &str) -> Result<CatalogueItem> {
    db::catalogue::find_item(conn, &finding.item)
        .await?
        .ok_or_else(|| {
            Error::invalid(vec![FieldError::new(
                format!("{at}/item"),
                "item_unknown",
                Text::new(
                    format!("现行目录中没有测评项目 {}", finding.item),
                    format!("the active catalogue has no item {}", finding.item),
                ),
            )])
        })
}

fn named_condition<'a>(
    conditions: &'a [FilingCondition],
    finding: &NewFinding,
    at: &str,
) -> Result<Option<&'a FilingCondition>> {
    let Some(code) = &finding.condition else {
        return Ok(None);
    };
    conditions
        .iter()
        .find(|condition| &condition.code == code)
        .map(Some)
        .ok_or_else(|| {
            Error::invalid(vec![FieldError::new(
                format!("{at}/condition"),
                "condition_unknown",
                Text::new(
                    format!("项目 {} 没有立案条件 {code}", finding.item),
                    format!("item {} has no filing condition {code}", finding.item),
                ),
            )])
        })
}
