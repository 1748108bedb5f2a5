//! Taking a batch in. Each mutation is judged in a transaction of its own, so that none can spoil another; a run of new reports
//! that depend on nothing shares one. A mutation is written before it is judged: a concurrent twin waits, and is told the same.

mod run;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{Kept, Settled, compose};
use super::hold;
use super::judge::{Judge, quarantined};
use crate::db::mutation::{Entry, Logged, Outcome};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::account::Actor;
use crate::domain::sync::captured::Arrival;
use crate::domain::sync::mutation::{RETRY_AFTER_S, Verdict};
use crate::domain::text::Text;
use crate::services::error::{Error, FieldError, Kind, Result};
use crate::services::input::batch::Batch;
use crate::services::input::clock::write_clocks;
use crate::services::input::mutation::{Mutation, Work, read_mutation};
use crate::services::report::as_stored;
use crate::services::state::Services;

/// One failure may be one mutation's own; after a second one the rest of the batch does not try.
const MAX_FAILURES: usize = 2;

/// Answers to a batch.
#[derive(Debug)]
pub struct Pushed {
    /// Server time.
    pub server_time: Timestamp,
    /// One answer a mutation, in the order of the batch.
    pub results: Vec<Value>,
}

/// Takes a batch in. `actor` names the device.
///
/// # Errors
/// `unavailable` when it is not known what became of a mutation: the phone sends all of it again.
pub async fn push(svc: &Services, actor: &Actor, batch: Batch) -> Result<Pushed> {
    let received_at = as_stored(svc.now());
    let clock = write_clocks(&batch.clock);
    let arrival = Arrival {
        received_at,
        sent: batch.clock,
    };
    let texts = batch.mutations.iter();
    let mutations: Vec<Mutation> = texts.map(|text| read_mutation(text, &arrival)).collect();
    let desk = Desk {
        svc,
        actor,
        clock,
        judge: Judge {
            svc,
            actor,
            received_at,
            base_cursor: batch.base_cursor,
            overdue: false,
        },
    };
    let settled = desk.take(&mutations).await?;
    let mut conn = svc.conn().await?;
    let settled = desk.with_twins(&mut conn, &mutations, settled).await?;
    let settled = desk.with_released(&mut conn, &mutations, settled).await;
    Ok(Pushed {
        server_time: received_at,
        results: compose(svc, &mut conn, actor, &mutations, &settled).await?,
    })
}

/// Where the mutations of one batch are taken in.
struct Desk<'a> {
    svc: &'a Services,
    actor: &'a Actor,
    clock: Value,
    judge: Judge<'a>,
}

/// What the rest of a batch must know of those that could not be judged.
#[derive(Default)]
struct Deferrals {
    mids: HashSet<Uuid>,
    targets: HashSet<Uuid>,
    failures: usize,
}

impl Deferrals {
    fn add(&mut self, it: &Mutation) {
        self.mids.insert(it.mid);
        self.targets.extend(it.target);
    }

    /// It comes after one that could not be judged, or nothing can be.
    fn hit(&self, it: &Mutation) -> bool {
        self.failures >= MAX_FAILURES
            || self.mids.contains(&it.mid)
            || it.target.is_some_and(|id| self.targets.contains(&id))
            || it.depends_on.iter().any(|mid| self.mids.contains(mid))
    }
}

impl Desk<'_> {
    async fn take(&self, mutations: &[Mutation]) -> Result<Vec<Settled>> {
        let mids: Vec<Uuid> = mutations.iter().map(|it| it.mid).collect();
        let mut known = HashMap::new();
        if !mids.is_empty() {
            let mut conn = self.svc.conn().await?;
            let logged = db::mutation::find(&mut conn, self.actor.account_id, &mids).await?;
            known.extend(logged.into_iter().map(|it| (it.mid, it)));
        }
        let mut settled = Vec::with_capacity(mutations.len());
        let mut deferrals = Deferrals::default();
        while let Some((it, rest)) = mutations.get(settled.len()..).and_then(<[_]>::split_first) {
            if let Some(kept) = known.get(&it.mid).and_then(|known| same_again(it, known)) {
                settled.push(Settled::Kept(kept));
                continue;
            }
            if deferrals.hit(it) {
                deferrals.add(it);
                settled.push(Settled::Deferred);
                continue;
            }
            let run = self.run_of_reports(it, rest, &known, &deferrals);
            if run > 1
                && let Some(reports) = mutations.get(settled.len()..settled.len() + run)
            {
                let taken = self.take_run(reports).await?;
                if !taken.is_empty() {
                    settled.extend(taken);
                    continue;
                }
            }
            settled.push(
                self.take_one(it, known.get(&it.mid), &mut deferrals)
                    .await?,
            );
        }
        Ok(settled)
    }

    /// One mutation, or its deferral when the database does not answer.
    async fn take_one(
        &self,
        it: &Mutation,
        known: Option<&Logged>,
        deferrals: &mut Deferrals,
    ) -> Result<Settled> {
        let mut in_doubt = false;
        match self.judged(it, known, &mut in_doubt).await {
            Ok(kept) => Ok(Settled::Kept(kept)),
            Err(error) if error.code().kind() == Kind::Unavailable && !in_doubt => {
                tracing::warn!(%error, retry_after_s = RETRY_AFTER_S, "a mutation is deferred");
                deferrals.failures += 1;
                deferrals.add(it);
                Ok(Settled::Deferred)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes a mutation and judges it, unless it is here. `in_doubt` from where on nobody knows whether it was committed.
    async fn judged(
        &self,
        it: &Mutation,
        known: Option<&Logged>,
        in_doubt: &mut bool,
    ) -> Result<Kept> {
        let mut conn = self.svc.conn().await?;
        if let Some(known) = known {
            return self.seen_before(&mut conn, it, known).await;
        }
        let outcome = conn
            .transaction::<_, Error, _>(async |conn| {
                let outcome = self.written_and_judged(conn, it).await?;
                *in_doubt = outcome.is_some();
                Ok(outcome)
            })
            .await?;
        *in_doubt = false;
        if let Some(outcome) = outcome {
            return Ok(Kept {
                outcome,
                received_at: self.judge.received_at,
                seen_before: false,
            });
        }
        let twin = db::mutation::find(&mut conn, self.actor.account_id, &[it.mid]).await?;
        match twin.first() {
            Some(twin) => self.seen_before(&mut conn, it, twin).await,
            None => Err(anyhow::anyhow!("a mutation is here and is not").into()),
        }
    }

    /// None when it is here already.
    async fn written_and_judged(&self, conn: &mut Conn, it: &Mutation) -> Result<Option<Outcome>> {
        let account_id = self.actor.account_id;
        let placeholder = Outcome {
            verdict: Verdict::Quarantined,
            result: json!({}),
            waiting: None,
        };
        let entry = self.entry(it, placeholder);
        if db::mutation::insert(conn, account_id, &[entry])
            .await?
            .is_empty()
        {
            return Ok(None);
        }
        let outcome = self.judge.judge(conn, it).await?;
        if let Some(waiting) = &outcome.waiting {
            let (at, now) = (waiting.release_at, self.svc.now());
            hold::enqueue_release(conn, account_id, it.mid, at, now).await?;
        }
        db::mutation::settle(conn, account_id, it.mid, &outcome).await?;
        db::mutation::declare(conn, account_id, &photos(it)).await?;
        db::feed::receipts(conn, account_id, &[it.mid]).await?;
        Ok(Some(outcome))
    }

    /// The same again answers the same; other content under a known id is kept beside it.
    async fn seen_before(&self, conn: &mut Conn, it: &Mutation, known: &Logged) -> Result<Kept> {
        if let Some(kept) = same_again(it, known) {
            return Ok(kept);
        }
        let outcome = quarantined(&FieldError::new(
            "/mid",
            "mid_reused",
            Text::new(
                "该 mid 已用于其他内容，两份均已保存",
                "this mid is known with other content; both are kept",
            ),
        ));
        let entry = self.entry(it, outcome);
        let kept = db::mutation::keep_conflict(conn, self.actor.account_id, &entry).await?;
        let (received_at, is_new) = kept;
        Ok(Kept {
            outcome: entry.outcome,
            received_at,
            seen_before: !is_new,
        })
    }

    fn entry<'b>(&'b self, it: &'b Mutation, outcome: Outcome) -> Entry<'b> {
        Entry {
            mid: it.mid,
            device_id: self.actor.device_id,
            seq: it.seq,
            kind: &it.kind,
            target_id: it.target,
            base_cursor: self.judge.base_cursor,
            canon_sha256: it.canon_sha256,
            raw: &it.raw,
            clock: self.clock.clone(),
            received_at: self.judge.received_at,
            outcome,
        }
    }

    /// The same, with what a concurrent twin of this batch has brought in meanwhile: only what is not here is deferred.
    async fn with_twins(
        &self,
        conn: &mut Conn,
        mutations: &[Mutation],
        mut settled: Vec<Settled>,
    ) -> Result<Vec<Settled>> {
        let pairs = mutations.iter().zip(&settled);
        let deferred: Vec<Uuid> = pairs
            .filter(|(_, settled)| matches!(settled, Settled::Deferred))
            .map(|(it, _)| it.mid)
            .collect();
        if deferred.is_empty() {
            return Ok(settled);
        }
        let twins = db::mutation::find(conn, self.actor.account_id, &deferred).await?;
        for (it, settled) in mutations.iter().zip(&mut settled) {
            let twin = twins.iter().find(|twin| twin.mid == it.mid);
            if let (Settled::Deferred, Some(twin)) = (&*settled, twin)
                && let Some(kept) = same_again(it, twin)
            {
                *settled = Settled::Kept(kept);
            }
        }
        Ok(settled)
    }

    /// The same, after what this batch has set free. A failure costs nothing: it is done with the next batch, or in its time.
    async fn with_released(
        &self,
        conn: &mut Conn,
        mutations: &[Mutation],
        mut settled: Vec<Settled>,
    ) -> Vec<Settled> {
        let released = match hold::sweep(self.svc, conn, self.actor.account_id).await {
            Ok(released) => released,
            Err(error) => {
                tracing::warn!(%error, "held mutations stay held");
                return settled;
            }
        };
        for (mid, outcome) in released {
            for (it, settled) in mutations.iter().zip(&mut settled) {
                if let Settled::Kept(kept) = settled
                    && it.mid == mid
                    && kept.outcome.verdict == Verdict::Held
                {
                    kept.outcome = outcome.clone();
                }
            }
        }
        settled
    }

    /// How many reports from here on can share a transaction: new, depending on nothing, each with ids of its own.
    fn run_of_reports(
        &self,
        first: &Mutation,
        rest: &[Mutation],
        known: &HashMap<Uuid, Logged>,
        deferrals: &Deferrals,
    ) -> usize {
        let mut ids = HashSet::new();
        std::iter::once(first)
            .chain(rest)
            .take(run::MAX_RUN)
            .take_while(|it| {
                let report = match &it.work {
                    Ok(Work::Create(report)) if it.depends_on.is_empty() => report.id,
                    _ => return false,
                };
                !known.contains_key(&it.mid)
                    && !deferrals.hit(it)
                    && ids.insert(it.mid)
                    && ids.insert(report)
            })
            .count()
    }
}

/// The answer to a mutation that is known with this very content.
fn same_again(it: &Mutation, known: &Logged) -> Option<Kept> {
    (known.kind == it.kind && known.canon_sha256 == it.canon_sha256).then(|| Kept {
        outcome: known.outcome.clone(),
        received_at: known.received_at,
        seen_before: true,
    })
}

/// The photos of a mutation, for the ledger.
fn photos(it: &Mutation) -> Vec<(Uuid, Uuid, crate::domain::evidence::Sha256Digest)> {
    let photos = it.photos.iter();
    photos
        .map(|(aid, sha256)| (it.mid, *aid, *sha256))
        .collect()
}
