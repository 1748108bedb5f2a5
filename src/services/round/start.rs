//! Starting a round: each inspector learns of its own points, and of no others.

use uuid::Uuid;

use super::{lock, release_job};
use crate::db::{self, AsyncConnection as _};
use crate::domain::round::RoundState;
use crate::domain::task::Task;
use crate::services::error::{Error, Result};
use crate::services::queue::{self, JobKind};
use crate::services::state::Services;
use crate::services::task;

/// sealed → running: a visit for everyone who is to go somewhere. Safe to repeat.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn start_when_due(svc: &Services, id: Uuid) -> Result<()> {
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let mut round = lock(conn, id).await?;
        let now = svc.now();
        if round.state != RoundState::Sealed || now < round.plan.starts_at {
            return Ok(());
        }
        round.state = RoundState::Running;
        db::round::update(conn, &round).await?;
        let in_service = db::round::visitors(conn).await?;
        let drawn = db::round::points(conn, id).await?.into_iter();
        let tasks: Vec<Task> = drawn
            .filter(|point| point.place.is_some())
            .filter_map(|point| Some((point.candidate.point_id, point.account_id?)))
            .filter(|(_, account)| in_service.iter().any(|one| one.account_id == *account))
            .map(|(point, account)| Task {
                note: round.plan.purpose.clone(),
                due_at: Some(round.plan.ends_at),
                ..Task::visit(id, point, account, now)
            })
            .collect();
        db::task::insert(conn, &tasks).await?;
        db::feed::round(conn, id).await?;
        task::announce(conn, &tasks).await?;
        if let Some(at) = round.plan.release_at {
            let release = JobKind::ReleaseRound { round_id: id };
            queue::enqueue_at(conn, release_job(id), at, now, &release).await?;
        }
        Ok(())
    })
    .await
}
