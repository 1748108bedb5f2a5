//! The fast path: a run of new reports in one transaction. Whatever is unusual takes the whole run back, and each is taken
//! alone.

use uuid::Uuid;

use super::{Desk, photos};
use crate::db::{self, AsyncConnection as _, DbError};
use crate::domain::report::NewReport;
use crate::services::error::{Error, Kind, Result};
use crate::services::input::mutation::{Mutation, Work};
use crate::services::report;
use crate::services::sync::answer::{Kept, Settled};
use crate::services::sync::judge::created_report;

/// Most reports that share a transaction: its locks are held until its end.
pub(super) const MAX_RUN: usize = 100;

/// Why a run was taken back.
enum Halt {
    /// One of them is not what the run is for; those before it may be.
    At(usize),
    /// The run is nothing for one transaction.
    Run,
    Failed(Error),
}

impl From<DbError> for Halt {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl Desk<'_> {
    /// Takes as many of these reports as can share a transaction; none when each must be taken alone.
    pub(super) async fn take_run(&self, run: &[Mutation]) -> Result<Vec<Settled>> {
        match self.take_whole(run).await? {
            Ok(settled) => Ok(settled),
            Err(Halt::At(index)) if index > 1 => {
                let before = run.get(..index).unwrap_or_default();
                Ok(self.take_whole(before).await?.unwrap_or_default())
            }
            Err(_) => Ok(Vec::new()),
        }
    }

    /// # Errors
    /// When nobody knows whether it was committed.
    async fn take_whole(
        &self,
        run: &[Mutation],
    ) -> Result<std::result::Result<Vec<Settled>, Halt>> {
        let Ok(mut conn) = self.svc.conn().await else {
            return Ok(Err(Halt::Run));
        };
        let mut in_doubt = false;
        let taken = conn
            .transaction::<_, Halt, _>(async |conn| {
                let kept = self.store(conn, run).await?;
                in_doubt = true;
                Ok(kept)
            })
            .await;
        match taken {
            Ok(kept) => Ok(Ok(kept.into_iter().map(Settled::Kept).collect())),
            Err(Halt::Failed(error)) if in_doubt => Err(error),
            Err(Halt::Failed(error)) => {
                if error.code().kind() != Kind::Unavailable {
                    tracing::warn!(%error, "a run of reports is taken one by one");
                }
                Ok(Err(Halt::Run))
            }
            Err(halt) => Ok(Err(halt)),
        }
    }

    async fn store(
        &self,
        conn: &mut db::Conn,
        run: &[Mutation],
    ) -> std::result::Result<Vec<Kept>, Halt> {
        let reports: Vec<NewReport> = run
            .iter()
            .filter_map(|it| match &it.work {
                Ok(Work::Create(report)) => Some(NewReport::clone(report)),
                _ => None,
            })
            .collect();
        let outcomes = report::create_on(self.svc, conn, self.actor, &reports)
            .await
            .map_err(|stop| match stop.index {
                Some(index) if stop.error.code().kind() != Kind::Unavailable => Halt::At(index),
                _ => Halt::Failed(stop.error),
            })?;
        let mut entries = Vec::with_capacity(run.len());
        for (index, (it, outcome)) in run.iter().zip(outcomes).enumerate() {
            match outcome {
                report::Outcome::Stored(created) if !created.repeated => {
                    entries.push(self.entry(it, created_report(&created)));
                }
                _ => return Err(Halt::At(index)),
            }
        }
        let account_id = self.actor.account_id;
        let written = db::mutation::insert(conn, account_id, &entries).await?;
        if written.len() != run.len() {
            return Err(Halt::Run);
        }
        let photos: Vec<_> = run.iter().flat_map(photos).collect();
        db::mutation::declare(conn, account_id, &photos).await?;
        let mids: Vec<Uuid> = run.iter().map(|it| it.mid).collect();
        db::feed::receipts(conn, account_id, &mids).await?;
        let kept = entries.into_iter().map(|entry| Kept {
            outcome: entry.outcome,
            received_at: self.judge.received_at,
            seen_before: false,
        });
        Ok(kept.collect())
    }
}
