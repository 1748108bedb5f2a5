//! 提交整改, and what happens when the last byte of a submission's photos arrives.

use jiff::{Timestamp, ToSpan as _};
use serde_json::json;
use uuid::Uuid;

use super::case::{Case, Entry};
use super::{stage, trail};
use crate::db::task::Whose;
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::catalogue::{CatalogueItem, ClosingPolicy, FilingCondition};
use crate::domain::text::Text;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::command::Submission;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::trail::Event;
use crate::services::error::{Error, Result};
use crate::services::state::Services;
use crate::services::task;

/// rectifying → `awaiting_recheck`, or → closed when the unit may close and every byte is here. Without photos still to
/// come it counts from now; else see [`settle_submissions`].
///
/// # Errors
/// `invalid` when photos or the measure that the condition asks for are missing.
pub(super) async fn submit(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: Submission,
) -> Result<Entry> {
    let condition = case.condition()?;
    enough(&command, condition, case.item()?)?;
    let closing = condition.closing_policy;
    let missing = case.declare(conn, &command.photos).await?;
    let fix = trail::fix(command.fix.as_ref(), case.reference.policies.fix_max_age_s);
    let photos_within_h = case.reference.policies.photos_within_h;
    let photos_due_at = (missing > 0)
        .then(|| case.now.checked_add(i64::from(photos_within_h).hours()))
        .transpose()
        .map_err(anyhow::Error::from)?;
    case.ticket.submit(photos_due_at, closing, case.now);
    Ok(Entry {
        opinion: command.measure,
        data: json!({
            "rework_round": case.ticket.rework_round,
            "photos": command.photos.len(),
            "photos_missing": missing,
            "fix": fix,
        }),
        photos: command.photos,
        ..Entry::default()
    })
}

fn enough(command: &Submission, condition: &FilingCondition, item: &CatalogueItem) -> Result<()> {
    let wanted = usize::try_from(condition.min_after_photos).unwrap_or(usize::MAX);
    let shown_in_words = item.kind.is_shown_in_words();
    if shown_in_words && command.measure.is_empty() && command.photos.is_empty() {
        return Err(Error::invalid_field(
            "/measure",
            "measure_required",
            Text::new(
                "此类问题须写明管控措施",
                "this kind of item needs its control measure in words",
            ),
        ));
    }
    if !shown_in_words && command.photos.len() < wanted {
        return Err(Error::invalid_field(
            "/attachments",
            "photos_required",
            Text::new(
                format!("至少需要 {wanted} 张整改后照片"),
                format!("at least {wanted} after-photo(s) needed"),
            ),
        ));
    }
    Ok(())
}

/// Settles the submissions that waited for this photo, where it was the last. Safe to repeat: the worker does it again
/// in case the server died between the photo and this.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn settle_submissions(svc: &Services, aid: Uuid) -> Result<()> {
    let mut conn = svc.conn().await?;
    let waiting = db::attachment::submissions_waiting_for(&mut conn, aid).await?;
    for ticket_id in waiting {
        conn.transaction::<_, Error, _>(async |conn| settle(svc, conn, ticket_id).await)
            .await?;
    }
    Ok(())
}

async fn settle(svc: &Services, conn: &mut Conn, ticket_id: Uuid) -> Result<()> {
    db::feed::hold_readers(conn).await?;
    let locked = db::ticket::lock(conn, &TicketScope::All, ticket_id).await?;
    let Some(mut ticket) =
        locked.filter(|ticket| ticket.state == State::AwaitingRecheck && ticket.photos_pending())
    else {
        return Ok(());
    };
    let arrivals = db::attachment::last_submission(conn, ticket_id).await?;
    let Some(last_byte_at) = last_arrival(&arrivals) else {
        return Ok(());
    };
    let reference = svc.reference.current(conn).await?;
    let condition = ticket
        .condition_id
        .and_then(|id| reference.catalogue.condition(id));
    let closing = condition.map_or(ClosingPolicy::Recheck, |condition| condition.closing_policy);
    let (before, now) = (ticket.state, svc.now());
    ticket.photos_arrived(closing, last_byte_at, now);
    stage::begin(&reference, &mut ticket, now);
    db::ticket::update(conn, &ticket).await?;
    db::ticket::request::lapse(conn, ticket_id, ticket.state, now).await?;
    let event = event(&ticket, before, now);
    db::ticket::event::append(conn, &ticket, event).await?;
    db::feed::tickets(conn, &[ticket_id]).await?;
    task::dismiss(conn, Whose::Tickets(&[ticket_id]), now).await
}

/// When the last photo came; none while one is missing.
fn last_arrival(arrivals: &[Option<Timestamp>]) -> Option<Timestamp> {
    let all: Option<Vec<Timestamp>> = arrivals.iter().copied().collect();
    all?.into_iter().max()
}

fn event(ticket: &Ticket, before: State, at: Timestamp) -> Event {
    Event {
        holder_unit_id: trail::holder(ticket),
        data: json!({ "submitted_at": ticket.submitted_at, "clock": ticket.clock }),
        ..trail::blank("photos_arrived".to_owned(), Some(before), ticket.state, at)
    }
}
