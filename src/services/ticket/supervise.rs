//! 督办: one level more, with a numbered slip (督办单) to the lead unit, and the reply to it. A person of the supervision office
//! does it, or a rule; whoever comes twice for the same level finds that it has its slip.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::case::{Case, Entry};
use super::filing::city_year;
use super::trail;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::supervision::ladder::Addressee;
use crate::domain::text::Text;
use crate::domain::ticket::command::{Notice, Reply, ReplyDue};
use crate::domain::ticket::machine::{Command, Party, State};
use crate::domain::ticket::supervision::{Slip, SlipReply, owed};
use crate::domain::ticket::trail::Event;
use crate::domain::ticket::{LeadUnit, Ticket};
use crate::services::error::{Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// Any open state, which stays: level + 1.
///
/// # Errors
/// `invalid` for a reply that would have been due already.
pub(super) async fn supervise(
    case: &mut Case<'_>,
    conn: &mut Conn,
    notice: Notice,
) -> Result<Entry> {
    if matches!(notice.reply_due, ReplyDue::At(at) if at <= case.now) {
        return Err(Error::invalid_field(
            "/reply_due_at",
            "in_the_past",
            Text::new("回复时限应在将来", "the reply must be due in the future"),
        ));
    }
    let by = Some(case.actor.account_id);
    let slip = issue(
        conn,
        &case.reference,
        &mut case.ticket,
        &notice,
        by,
        case.now,
    )
    .await?;
    Ok(Entry {
        data: entry_data(&slip),
        opinion: notice.reason,
        ..Entry::default()
    })
}

/// The same by a rule, in the caller's transaction: the ticket is brought to `level`, unless it is there or no longer open.
/// Answers the slip.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn supervise_by_rule(
    svc: &Services,
    conn: &mut Conn,
    ticket_id: Uuid,
    level: u32,
    notice: Notice,
) -> Result<Option<Slip>> {
    db::feed::hold_readers(conn).await?;
    let locked = db::ticket::lock(conn, &TicketScope::All, ticket_id).await?;
    let below = |ticket: &Ticket| ticket.supervision_level.checked_add(1) == Some(level);
    let allowed = |ticket: &Ticket| {
        let permitted = Command::Supervise.require(ticket.state, &[Party::System]);
        permitted.is_ok() && ticket.state != State::Triage
    };
    let Some(mut ticket) = locked.filter(below).filter(allowed) else {
        return Ok(None);
    };
    let reference = svc.reference.current(conn).await?;
    let now = svc.now();
    let slip = issue(conn, &reference, &mut ticket, &notice, None, now).await?;
    db::ticket::update(conn, &ticket).await?;
    let event = Event {
        holder_unit_id: trail::holder(&ticket),
        data: json!({ "rev": ticket.rev, "clock": ticket.clock, "command": entry_data(&slip) }),
        opinion: notice.reason,
        ..trail::blank(
            Command::Supervise.as_str().to_owned(),
            Some(ticket.state),
            ticket.state,
            now,
        )
    };
    db::ticket::event::append(conn, &ticket, event).await?;
    db::feed::tickets(conn, &[ticket_id]).await?;
    Ok(Some(slip))
}

/// 督办回复: the state stays, whatever it is.
///
/// # Errors
/// `invalid` for a slip that does not wait for a reply of the caller's.
pub(super) async fn reply(case: &mut Case<'_>, conn: &mut Conn, command: Reply) -> Result<Entry> {
    let slip =
        owed(&case.slips, &case.parties, case.actor).find(|slip| slip.number == command.slip);
    let slip = slip.ok_or_else(|| {
        Error::invalid_field(
            "/slip",
            "slip_unknown",
            Text::new(
                "该工单没有待您回复的此号督办单",
                "the ticket has no slip of this number that waits for a reply of yours",
            ),
        )
    })?;
    let unit = case.actor.unit.as_ref();
    let unit = unit.and_then(|unit| case.reference.units.get(unit.id));
    let reply = SlipReply {
        text: command.text.clone(),
        by: case.actor.account_id,
        unit: unit.map(|unit| unit.name_zh.clone()),
        at: case.now,
    };
    db::ticket::slip::reply(conn, slip.id, &reply).await?;
    let data = json!({ "slip": slip.number, "late": case.now > slip.reply_due_at });
    case.declare(conn, &command.photos).await?;
    case.ticket.touch(case.now);
    Ok(Entry {
        opinion: command.text,
        data,
        photos: command.photos,
        ..Entry::default()
    })
}

async fn issue(
    conn: &mut Conn,
    reference: &Reference,
    ticket: &mut Ticket,
    notice: &Notice,
    issued_by: Option<Uuid>,
    now: Timestamp,
) -> Result<Slip> {
    let (year, running) = (city_year(now)?, db::ticket::slip::next_number(conn).await?);
    ticket.supervise(now);
    let slip = Slip {
        id: Uuid::new_v4(),
        number: format!("DB-{year}-{running:06}"),
        ticket_id: ticket.id,
        level: ticket.supervision_level,
        unit: addressee(reference, ticket, notice.to),
        reason: notice.reason.clone(),
        issued_by,
        issued_at: now,
        reply_due_at: due(reference, ticket, notice.reply_due, now),
        reply: None,
    };
    db::ticket::slip::insert(conn, &slip).await?;
    Ok(slip)
}

/// The lead unit, or the office of the district that it serves.
fn addressee(reference: &Reference, ticket: &Ticket, to: Addressee) -> Option<LeadUnit> {
    let lead = ticket.lead.as_ref()?;
    let office = |to: &Addressee| {
        let unit = reference
            .units
            .get(lead.id)
            .filter(|_| *to == Addressee::District)?;
        reference
            .units
            .district_office(unit.district_code.as_ref()?)
    };
    let office = office(&to).map(|office| LeadUnit {
        id: office.id,
        name: office.name_zh.clone(),
    });
    Some(office.unwrap_or_else(|| lead.clone()))
}

/// Work hours are those of whoever has to reply.
fn due(reference: &Reference, ticket: &Ticket, due: ReplyDue, now: Timestamp) -> Timestamp {
    let hours = match due {
        ReplyDue::At(at) => return at,
        ReplyDue::WorkHours(hours) => hours,
        ReplyDue::Usual => reference.policies.reply_work_h,
    };
    let calendar = reference.calendar(ticket.lead.as_ref().map(|lead| lead.id));
    let hours = SignedDuration::from_hours(hours.into());
    calendar.add_work_time(now, hours).at
}

fn entry_data(slip: &Slip) -> serde_json::Value {
    json!({
        "slip": slip.number,
        "level": slip.level,
        "unit": slip.unit.as_ref().map(|unit| unit.id),
        "reply_due_at": slip.reply_due_at,
    })
}
