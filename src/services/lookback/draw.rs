//! Making a draw: each begins where the last one ended, so that no ticket is drawn from twice and none is left out.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::draw::Seed;
use crate::domain::lookback::{self, LookbackDraw};
use crate::domain::policy::Policies;
use crate::domain::task::{Task, TaskKind};
use crate::services::error::{Code, Error, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;
use crate::services::task;

/// Draws now, for the office.
///
/// # Errors
/// `forbidden`; `nothing_to_draw` when no unit has closed anything since the last draw, or the policy's share is 0.
pub async fn draw(svc: &Services, actor: &Actor) -> Result<LookbackDraw> {
    require(actor, Action::AskInspectors)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::lookback::lock(conn).await?;
        let by = Some(actor.account_id);
        let made = make(svc, conn, by).await?;
        made.ok_or_else(|| Error::new(Code::NothingToDraw))
    })
    .await
}

/// Draws when the last draw is as long ago as the policy says. Safe to repeat.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn draw_when_due(svc: &Services) -> Result<()> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::lookback::lock(conn).await?;
        let period = period(&svc.reference.current(conn).await?.policies);
        let last = db::lookback::last_until(conn).await?;
        if last.is_none_or(|last| last + period <= svc.now()) {
            make(svc, conn, None).await?;
        }
        Ok(())
    })
    .await
}

fn period(policies: &Policies) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(policies.lookback_period_days))
}

/// The draw, with a task for whoever may look back at each ticket. The first one reaches as far back as the policy's period.
async fn make(
    svc: &Services,
    conn: &mut Conn,
    drawn_by: Option<Uuid>,
) -> Result<Option<LookbackDraw>> {
    db::feed::hold_readers(conn).await?;
    let policies = &svc.reference.current(conn).await?.policies;
    let until = as_stored(svc.now());
    let last = db::lookback::last_until(conn).await?;
    let from = last.unwrap_or(until - period(policies));
    let tickets = db::lookback::closed_by_units(conn, from, until).await?;
    let seed = Seed(rand::random());
    let drawn = lookback::draw(seed, &tickets, policies.lookback_share_percent);
    if drawn.is_empty() {
        return Ok(None);
    }
    let draw = LookbackDraw {
        id: Uuid::new_v4(),
        seed,
        share_percent: policies.lookback_share_percent,
        from,
        until,
        drawn_by,
        tickets,
        drawn,
    };
    db::lookback::insert(conn, &draw).await?;
    let judges = db::task::judges(conn, &draw.drawn).await?;
    let tasks = lookback::share_out(seed, &draw.drawn, &judges);
    let tasks: Vec<Task> = tasks
        .into_iter()
        .map(|(ticket, account)| new_task(ticket, account, drawn_by, until))
        .collect();
    db::task::insert(conn, &tasks).await?;
    task::announce(conn, &tasks).await?;
    Ok(Some(draw))
}

/// A look-back for an inspector.
pub(super) fn new_task(ticket: Uuid, account: Uuid, by: Option<Uuid>, now: Timestamp) -> Task {
    Task {
        created_by: by,
        ..Task::new(TaskKind::Lookback, ticket, account, now)
    }
}
