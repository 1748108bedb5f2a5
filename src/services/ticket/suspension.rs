//! 挂账: what cannot be put right yet, with a plan and a temporary measure. The clock stands still until the day that the plan
//! names, and runs again by itself: a job that is written with the approval.

use serde_json::json;
use uuid::Uuid;

use super::case::{Case, Entry};
use super::trail;
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::text::Text;
use crate::domain::ticket::command::SuspensionRequest;
use crate::domain::ticket::request::{Matter, RequestKind, RequestState};
use crate::domain::ticket::trail::Event;
use crate::services::error::{Error, Result};
use crate::services::queue::{self, JobKind};
use crate::services::state::Services;

/// Asks; the clock runs on until somebody approves.
///
/// # Errors
/// `invalid` for a day that is not within a year from tomorrow.
pub(super) async fn request(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: SuspensionRequest,
) -> Result<Entry> {
    let plan = command.plan;
    if !plan.is_within_a_year(&case.calendar(), case.now) {
        return Err(Error::invalid_field(
            "/resume_date",
            "resume_date_out_of_range",
            Text::new(
                "恢复日期应在明天至一年之内",
                "the day is tomorrow at the earliest and in a year at the latest",
            ),
        ));
    }
    let data = json!({
        "plan": plan.plan,
        "temporary_measure": plan.temporary_measure,
        "resume_date": plan.resume_on,
    });
    case.ask(conn, Matter::Suspension(plan), &command.reason)
        .await?;
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion: command.reason,
        data,
        ..Entry::default()
    })
}

/// rectifying → suspended.
pub(super) async fn approve(
    case: &mut Case<'_>,
    conn: &mut Conn,
    opinion: String,
) -> Result<Entry> {
    let approved = RequestState::Approved;
    let request = case
        .decide(conn, RequestKind::Suspension, approved, &opinion)
        .await?;
    let until = match &request.matter {
        Matter::Suspension(plan) => plan.resume_at(&case.calendar()),
        _ => None,
    };
    let until = until.ok_or_else(|| anyhow::anyhow!("a suspension without its day"))?;
    case.ticket.suspend(until, case.now);
    let job = JobKind::ResumeSuspended {
        ticket_id: case.ticket.id,
    };
    queue::enqueue_at(conn, request.id, until, case.now, &job).await?;
    Ok(Entry {
        opinion,
        data: json!({ "request": request.id, "suspended_until": until }),
        ..Entry::default()
    })
}

/// The ticket stays as it is.
pub(super) async fn refuse(case: &mut Case<'_>, conn: &mut Conn, opinion: String) -> Result<Entry> {
    let refused = RequestState::Refused;
    let request = case
        .decide(conn, RequestKind::Suspension, refused, &opinion)
        .await?;
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion,
        data: json!({ "request": request.id }),
        ..Entry::default()
    })
}

/// suspended → rectifying, on its day; nothing when the ticket has left the state meanwhile, or somebody was faster. Safe to repeat.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn resume_suspended(svc: &Services, ticket_id: Uuid) -> Result<()> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let now = svc.now();
        let locked = db::ticket::lock(conn, &TicketScope::All, ticket_id).await?;
        let is_due = |until: Option<jiff::Timestamp>| until.is_some_and(|until| until <= now);
        let Some(mut ticket) = locked.filter(|ticket| is_due(ticket.suspended_until)) else {
            return Ok(());
        };
        let (before, until) = (ticket.state, ticket.suspended_until);
        let lead = ticket.lead.as_ref().map(|lead| lead.id);
        let calendar = svc.reference.calendar(conn, lead).await?;
        ticket.resume(&calendar, now);
        ticket.stage_due_at = None;
        db::ticket::update(conn, &ticket).await?;
        let event = Event {
            holder_unit_id: trail::holder(&ticket),
            data: json!({ "rev": ticket.rev, "clock": ticket.clock, "suspended_until": until }),
            ..trail::blank("resume".to_owned(), Some(before), ticket.state, now)
        };
        db::ticket::event::append(conn, &ticket, event).await?;
        db::feed::tickets(conn, &[ticket_id]).await?;
        Ok(())
    })
    .await
}
