//! Closing a round: visits that were not made are taken back. What comes in late is still taken.

use uuid::Uuid;

use super::{lock, only_in};
use crate::db::{self, AsyncConnection as _};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::round::{Round, RoundMode, RoundState};
use crate::services::error::{Error, Result};
use crate::services::state::Services;
use crate::services::task;

/// released, or running without a seal → closed.
///
/// # Errors
/// `forbidden`; `not_found`; `wrong_state`: a covert round is released first.
pub async fn close(svc: &Services, actor: &Actor, id: Uuid) -> Result<Round> {
    require(actor, Action::PlanRounds)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let mut round = lock(conn, id).await?;
        match round.plan.mode {
            RoundMode::Covert => only_in(&round, &[RoundState::Released])?,
            RoundMode::Announced => {
                only_in(&round, &[RoundState::Running, RoundState::Released])?;
            }
        }
        round.state = RoundState::Closed;
        db::round::update(conn, &round).await?;
        db::feed::round(conn, id).await?;
        let cancelled = db::task::cancel_round(conn, id, svc.now()).await?;
        task::announce(conn, &cancelled).await?;
        Ok(round)
    })
    .await
}
