//! `task.finish`: what a look-back found, or that a point is out of reach. Of a look-back: a pass or a fail goes into the ticket's trail, where its unit can read it; "unable"
//! stays with the office. A closed ticket never reopens: a fail is reported anew, and goes the way of every finding.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{lock_own, not_now, own};
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::evidence::PhotoRole;
use crate::domain::geo::{Datum, Point};
use crate::domain::report::{Fix, NewFinding, NewReport};
use crate::domain::sync::mutation::digest;
use crate::domain::task::{Task, TaskKind};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::command::{Recheck, RecheckResult};
use crate::domain::ticket::trail::Event;
use crate::services::error::{Code, Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;
use crate::services::ticket::{recheck, trail};
use crate::services::{evidence, report};

/// open, started → done.
///
/// # Errors
/// `recheck_instead` for a recheck, `report_instead` for a visit that was made; `invalid` as for a recheck: photos for a pass or a fail, words for anything but a pass.
pub(super) async fn finish(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    id: Uuid,
    found: Recheck,
) -> Result<Task> {
    let known = own(conn, actor, id).await?;
    if !known.is_live() {
        return Err(not_now(known.state));
    }
    match (known.kind, known.ticket_id) {
        (TaskKind::Lookback, Some(ticket_id)) => {
            look_back(svc, conn, actor, id, ticket_id, found).await
        }
        (TaskKind::Visit, _) if found.result == RecheckResult::Unable => {
            recheck::check(&found, false)?;
            let mut task = lock_own(conn, actor, id).await?;
            task.note = found.opinion;
            task.finish(found.result, svc.now())
                .map_err(|now| not_now(now.0))?;
            db::task::update(conn, &task).await?;
            db::feed::tasks(conn, &[id]).await?;
            Ok(task)
        }
        (TaskKind::Visit, _) => Err(Error::new(Code::ReportInstead)),
        (TaskKind::Recheck | TaskKind::Lookback, _) => Err(Error::new(Code::RecheckInstead)),
    }
}

async fn look_back(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    id: Uuid,
    ticket_id: Uuid,
    found: Recheck,
) -> Result<Task> {
    let reference = svc.reference.current(conn).await?;
    let ticket = db::ticket::lock(conn, &TicketScope::of(actor), ticket_id).await?;
    let mut task = lock_own(conn, actor, id).await?;
    task.finish(found.result, svc.now())
        .map_err(|now| not_now(now.0))?;
    let ticket = ticket.ok_or_else(|| Error::new(Code::NotFound))?;
    let condition = ticket
        .condition_id
        .and_then(|id| reference.catalogue.condition(id));
    let photos_wanted = condition.is_some_and(|condition| condition.min_after_photos > 0);
    recheck::check(&found, photos_wanted)?;
    let photos = evidence::declare(conn, actor, &found.photos, "/attachments", svc.now()).await?;
    db::task::update(conn, &task).await?;
    let ticket = record(svc, conn, actor, &reference, ticket, &task, &found).await?;
    evidence::have_judged(conn, &photos, svc.now()).await?;
    if found.result == RecheckResult::Fail {
        report_anew(svc, conn, actor, &reference, &ticket, &task, found).await?;
    }
    super::announce(conn, &[task.clone()]).await?;
    Ok(task)
}

/// The ticket's row of the trail. Only what its unit may read changes its version.
async fn record(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    reference: &Reference,
    mut ticket: Ticket,
    task: &Task,
    found: &Recheck,
) -> Result<Ticket> {
    let now = svc.now();
    let office_only = found.result == RecheckResult::Unable;
    if !office_only {
        ticket.touch(now);
        db::ticket::update(conn, &ticket).await?;
    }
    let fix = trail::fix(found.fix.as_ref(), reference.policies.fix_max_age_s);
    let event = Event {
        actor_id: Some(actor.account_id),
        actor_role: actor.role.as_str().to_owned(),
        actor_unit_id: actor.unit.as_ref().map(|unit| unit.id),
        device_id: actor.device_id,
        opinion: found.opinion.clone(),
        office_only,
        data: json!({ "rev": ticket.rev, "task": task.id, "result": found.result.as_str(), "fix": fix }),
        ..trail::blank(
            TaskKind::Lookback.as_str().to_owned(),
            Some(ticket.state),
            ticket.state,
            now,
        )
    };
    let seq = db::ticket::event::append(conn, &ticket, event).await?;
    let aids: Vec<Uuid> = found.photos.iter().map(|photo| photo.aid).collect();
    db::attachment::link_event(conn, ticket.id, seq, PhotoRole::Recheck, &aids).await?;
    if !office_only {
        db::feed::tickets(conn, &[ticket.id]).await?;
    }
    Ok(ticket)
}

/// The fault is there again: a report of the looker's own, under the task's id, of the same item and place. An item that the
/// catalogue in force does not have any more stays a failed look-back, for a person to see.
async fn report_anew(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    reference: &Reference,
    ticket: &Ticket,
    task: &Task,
    found: Recheck,
) -> Result<()> {
    if reference.catalogue.active(&ticket.item.code).is_none() {
        return Ok(());
    }
    let condition = ticket
        .condition_id
        .and_then(|id| reference.catalogue.condition(id));
    let raw = json!({
        "id": task.id,
        "data": { "lookback": ticket.id, "text": found.opinion },
    });
    let finding = NewFinding {
        id: Uuid::new_v4(),
        item: ticket.item.code.clone(),
        condition: condition
            .filter(|condition| is_in_force(reference, ticket, &condition.code))
            .map(|condition| condition.code.clone()),
        text: found.opinion,
        danger: ticket.danger,
        fixed_on_site: false,
        photos: found.photos.iter().map(|photo| photo.aid).collect(),
    };
    let new = NewReport {
        id: task.id,
        round_id: None,
        point_id: ticket.point_id,
        note: String::new(),
        clean: false,
        fix: found.fix.or_else(|| ticket.position.map(exactly_there)),
        captured: Value::Null,
        captured_at: None,
        photos: found.photos,
        findings: vec![finding],
        observations: Vec::new(),
        canon_sha256: digest(&raw),
        raw,
    };
    let made = report::create_on(svc, conn, actor, &[new]).await;
    made.map(|_stored| ())
        .map_err(|not_stored| not_stored.error)
}

/// Whether the catalogue in force has this condition of the ticket's item.
fn is_in_force(reference: &Reference, ticket: &Ticket, code: &str) -> bool {
    let entry = reference.catalogue.active(&ticket.item.code);
    entry.is_some_and(|entry| entry.conditions.iter().any(|known| known.code == code))
}

/// Who looks back at a place and sends no position is where the ticket is.
fn exactly_there(point: Point) -> Fix {
    Fix {
        lat: point.lat(),
        lon: point.lon(),
        datum: Datum::Wgs84,
        point,
        acc_m: Some(0.0),
        fix_age_ms: None,
        mock: false,
    }
}
