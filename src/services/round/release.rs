//! Releasing a covert round (解封): one transaction files, numbers and dispatches everything that was sealed. Units see all of it at
//! once or, when the server dies in the middle, nothing; the worker tries again. Clocks start here.

use std::collections::HashMap;

use uuid::Uuid;

use super::{lock, only_in, release_job};
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::draw::Seed;
use crate::domain::round::{Round, RoundMode, RoundState};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::triage::TriageReason;
use crate::services::error::{Error, Result};
use crate::services::queue;
use crate::services::report::as_stored;
use crate::services::report::intake::join::{self, Joined};
use crate::services::report::intake::meet;
use crate::services::state::Services;
use crate::services::ticket::unseal;

/// Releases now, for a supervisor.
///
/// # Errors
/// `forbidden`; `not_found`; `wrong_state` unless it is running.
pub async fn release(svc: &Services, actor: &Actor, id: Uuid) -> Result<Round> {
    require(actor, Action::PlanRounds)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let round = lock(conn, id).await?;
        only_in(&round, &[RoundState::Running])?;
        queue::cancel(conn, release_job(id)).await?;
        let by = Some(actor);
        open(svc, conn, by, round).await
    })
    .await
}

/// Releases a round whose time has come. Safe to repeat.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn release_when_due(svc: &Services, id: Uuid) -> Result<()> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let round = lock(conn, id).await?;
        let due = round.plan.release_at.is_some_and(|at| at <= svc.now());
        if due && round.state == RoundState::Running {
            open(svc, conn, None, round).await?;
        }
        Ok(())
    })
    .await
}

/// running → released. The order of numbers is shuffled by chance that is kept nowhere: nobody can tell from it what came first.
async fn open(
    svc: &Services,
    conn: &mut Conn,
    by: Option<&Actor>,
    mut round: Round,
) -> Result<Round> {
    let now = as_stored(svc.now());
    round.state = RoundState::Released;
    round.released_at = Some(now);
    db::round::update(conn, &round).await?;
    db::feed::round(conn, round.id).await?;
    if round.plan.mode == RoundMode::Announced {
        return Ok(round);
    }
    let sealed = TriageReason::Sealed.as_str();
    let ids = db::round::lock_sealed(conn, round.id, sealed).await?;
    let reference = svc.reference.current(conn).await?;
    let sealed = db::ticket::find_all(conn, &TicketScope::All, &ids).await?;
    meet::hold_places(&reference, conn, &sealed).await?;
    let mut sealed: HashMap<Uuid, Ticket> = sealed.into_iter().map(|it| (it.id, it)).collect();
    let chance = Seed(rand::random());
    let mut joined = Joined::new();
    for id in chance.order(ids.iter().copied()) {
        let Some(ticket) = sealed.remove(&id) else {
            continue;
        };
        if let Some(master) = unseal::unseal(&reference, conn, by, ticket, now).await? {
            joined.entry(master).or_default().push(id);
        }
    }
    join::tell(conn, &joined, now).await?;
    db::feed::tickets(conn, &ids).await?;
    let merged: Vec<Uuid> = joined.into_values().flatten().collect();
    if !merged.is_empty() {
        db::feed::photos_of_merged(conn, &merged).await?;
    }
    Ok(round)
}
