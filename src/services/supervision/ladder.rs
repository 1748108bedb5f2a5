//! Climbing the ladder (督办阶梯): a worker looks every minute which tickets have reached their next level and issues the slips. Each
//! transaction raises some of them, one worker at a time; a level that a ticket has had is never given again, whoever comes when.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::supervision::ladder::Bound;
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::policy::LADDER;
use crate::domain::supervision::ladder::{QuietHours, Rung, grows_later};
use crate::domain::ticket::command::{Notice, ReplyDue};
use crate::services::error::{Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;
use crate::services::ticket::{city_time, supervise_by_rule};

/// Tickets raised in one transaction: few enough that nobody waits long for one of them.
const AT_ONCE: i64 = 50;

/// Raises every ticket that has reached a rung, through every rung that it has reached, then tells each unit once. Nothing in quiet
/// hours: what is reached in them is raised after them. Answers how many slips were issued.
///
/// # Errors
/// `unavailable` when the database does not answer; what was issued stays issued, and is told by the next run.
pub async fn climb(svc: &Services) -> Result<usize> {
    let mut conn = svc.conn().await?;
    let mut issued = 0;
    loop {
        let more = conn
            .transaction::<_, Error, _>(async |conn| step(svc, conn).await)
            .await?;
        if more == 0 {
            return Ok(issued);
        }
        issued += more;
    }
}

async fn step(svc: &Services, conn: &mut Conn) -> Result<usize> {
    db::supervision::ladder::lock(conn).await?;
    let (reference, now) = (svc.reference.current(conn).await?, svc.now());
    let local = city_time(now)?;
    let quiet = |hours: QuietHours| hours.contain(local.time());
    if reference.policies.quiet_hours.is_some_and(quiet) {
        return Ok(0);
    }
    let bounds = bounds(&reference, now);
    let tickets = db::supervision::ladder::reached(conn, &bounds, now, AT_ONCE).await?;
    let mut issued = 0;
    if !tickets.is_empty() {
        db::feed::hold_readers(conn).await?;
        let version = version(conn).await?;
        for ticket_id in tickets {
            issued += raise(svc, conn, &reference, ticket_id, version).await?;
        }
    }
    if issued == 0 {
        let told = db::supervision::digest::tell(conn, local.year(), now).await?;
        db::webhook::message::of_digests(conn, &told).await?;
    }
    Ok(issued)
}

/// For every unit and rung, the latest deadline by which a ticket has reached it: each unit counts by its own calendar.
fn bounds(reference: &Reference, now: Timestamp) -> Vec<Bound> {
    let of_unit = |unit_id: Uuid| {
        let calendar = reference.calendar(Some(unit_id));
        let rungs = reference.policies.ladder.rungs();
        rungs.map(move |(level, rung)| Bound {
            unit_id,
            level,
            latest_due: rung.latest_due(&calendar, now),
        })
    };
    reference.units.ids().flat_map(of_unit).collect()
}

/// The version of the ladder in force; 0 for the default.
async fn version(conn: &mut Conn) -> Result<u32> {
    let versions = db::policy::versions_in_force(conn).await?;
    let ladder = versions.iter().find(|policy| policy.key == LADDER);
    Ok(ladder.map_or(0, |policy| policy.version))
}

/// Raises one ticket as far as it has come; answers how many slips that took.
async fn raise(
    svc: &Services,
    conn: &mut Conn,
    reference: &Reference,
    ticket_id: Uuid,
    version: u32,
) -> Result<usize> {
    let now = svc.now();
    let Some(ticket) = db::ticket::lock(conn, &TicketScope::All, ticket_id).await? else {
        return Ok(0);
    };
    let due = ticket.clock.as_ref().map(|clock| clock.due.at);
    let Some(due) = due.filter(|_| grows_later(&ticket, now)) else {
        return Ok(0);
    };
    let calendar = reference.calendar(ticket.lead.as_ref().map(|lead| lead.id));
    let ladder = &reference.policies.ladder;
    let mut level = ticket.supervision_level;
    let mut issued = 0;
    let reached = |rung: &Rung| due <= rung.latest_due(&calendar, now);
    while let Some((next, rung)) = ladder.above(level).filter(|(_, rung)| reached(rung)) {
        let notice = Notice {
            reason: rung.reason(next, version),
            reply_due: rung
                .reply_work_h
                .map_or(ReplyDue::Usual, ReplyDue::WorkHours),
            to: rung.to,
        };
        let Some(slip) = supervise_by_rule(svc, conn, ticket_id, next, notice).await? else {
            break;
        };
        if let Some(unit) = &slip.unit {
            db::supervision::digest::gather(conn, slip.id, unit, version, now).await?;
        }
        level = next;
        issued += 1;
    }
    Ok(issued)
}
