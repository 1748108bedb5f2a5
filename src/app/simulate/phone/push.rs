//! Pushing: batches of mutations, sent until each has its verdict. Sending anything again, in any company and order, must
//! change nothing.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Phone, Stop};
use crate::app::simulate::faults::Fault;
use crate::app::simulate::wire::{Answer, Call, list, text};
use crate::app::simulate::witness::Wrong;

/// Most batches of one push.
const MAX_ROUNDS: usize = 200;
/// Most mutations of a batch, as the protocol has it.
const BATCH_ITEMS: usize = 200;

impl Phone {
    pub(super) async fn push(&mut self) -> Result<(), Stop> {
        let mut most = BATCH_ITEMS;
        for _ in 0..MAX_ROUNDS {
            let mut seqs = self.store.unsent();
            if seqs.is_empty() {
                return Ok(());
            }
            if self.strikes(Fault::BatchSplit) {
                most = self.chance.between(1, 3);
            }
            seqs.truncate(most);
            if self.strikes(Fault::BatchMerged) {
                seqs = self.store.outbox.keys().copied().take(most).collect();
            }
            if self.strikes(Fault::BatchReordered) {
                self.chance.shuffle(&mut seqs);
            }
            if self.strikes(Fault::SentBothWays) {
                self.send_over_rest(&seqs).await?;
            }
            let (call, mids) = self.batch(&seqs);
            if self.strikes(Fault::BatchDelayed) {
                self.straggler = Some((call.clone(), mids.clone()));
            }
            let answer = self.deliver(call, &mids).await?;
            if answer.status == 413 && most > 1 {
                most = most.min(mids.len()) / 2;
                continue;
            }
            if !self.take_verdicts(&answer, &mids)? {
                return Ok(()); // Put off: another time.
            }
        }
        self.accuse(
            Wrong::Stuck,
            "mutations get no verdict however often they are sent",
        );
        Err(Stop::Lost)
    }

    fn batch(&mut self, seqs: &[u64]) -> (Call, Vec<Uuid>) {
        let outgoing = || seqs.iter().filter_map(|seq| self.store.outbox.get(seq));
        let mids: Vec<Uuid> = outgoing().map(|one| one.mid).collect();
        let mutations: Vec<&Value> = outgoing().map(|one| &*one.body).collect();
        let body = json!({
            "batch_id": self.device,
            "base_cursor": self.store.cursor,
            "app": { "version": "simulated", "schema": 1 },
            "clock": self.clock.sending(self.now),
            "mutations": mutations,
        });
        (Call::post("sync/batches", &body), mids)
    }

    async fn deliver(&mut self, call: Call, mids: &[Uuid]) -> Result<Answer, Stop> {
        let witness = &self.world.witness;
        witness.sends(mids, 1);
        if self.strikes(Fault::AnswerLostBatch) {
            let call = self.signed(call);
            return Err(self.world.wire.send_unheard(&call).await.into());
        }
        if self.strikes(Fault::BatchInParallel) {
            let times = self.chance.between(2, 20);
            self.world
                .witness
                .sends(mids, u64::try_from(times).unwrap_or_default());
            let signed = self.signed(call.clone());
            let wire = &self.world.wire;
            let answers = join_all((0..times).map(|_| wire.send(&signed))).await;
            self.check_agreement(&answers.into_iter().flatten().collect::<Vec<_>>());
        }
        self.ask(call).await
    }

    /// Of the same batch sent many times at once, every answer says the same of each mutation.
    fn check_agreement(&self, answers: &[Answer]) {
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            for result in list(&answer.json, "results") {
                let (mid, verdict) = (text(result, "mid"), text(result, "verdict"));
                if verdict == "deferred" {
                    continue;
                }
                let earlier = *first.entry(mid).or_insert(verdict);
                // What was held may be released by what comes beside it.
                if earlier != verdict && earlier != "held" && verdict != "held" {
                    let words = format!("{mid} is {earlier} and {verdict} at once");
                    self.accuse(Wrong::Doubled, &words);
                }
            }
        }
    }

    /// Keeps what an answer says. False when something was put off.
    fn take_verdicts(&mut self, answer: &Answer, mids: &[Uuid]) -> Result<bool, Stop> {
        if answer.status != 200 {
            let words = format!("a batch is refused: {}", answer.words());
            self.accuse(Wrong::Stuck, &words);
            return Err(Stop::Lost);
        }
        let results = list(&answer.json, "results");
        let answered: Vec<Option<Uuid>> = results
            .iter()
            .map(|result| text(result, "mid").parse().ok())
            .collect();
        if answered != mids.iter().copied().map(Some).collect::<Vec<_>>() {
            let words = format!("{} mutations, {} results", mids.len(), results.len());
            self.accuse(Wrong::Lost, &words);
        }
        let (mut verdicts, mut photos) = (BTreeMap::new(), Vec::new());
        let mut put_off = false;
        for result in results {
            let Ok(mid) = text(result, "mid").parse::<Uuid>() else {
                continue;
            };
            let verdict = text(result, "verdict");
            let safe = result.get("safe_to_delete").and_then(Value::as_bool) == Some(true);
            let why = format!("{} {}", text(result, "code"), text(result, "path"));
            self.world.witness.told(mid, verdict, safe, &why);
            if verdict == "deferred" {
                put_off = true;
                continue;
            }
            verdicts.insert(mid, (verdict.to_owned(), safe));
            let missing = result.pointer("/attachments/missing");
            photos.extend(missing.and_then(Value::as_array).into_iter().flatten());
        }
        if self.strikes(Fault::KilledBeforeAck) {
            return Err(Stop::Killed);
        }
        self.store.commit_verdicts(&verdicts);
        for aid in photos.into_iter().filter_map(Value::as_str) {
            if let Ok(aid) = aid.parse() {
                self.store.commit_photo(aid, false);
            }
        }
        Ok(!put_off)
    }

    /// A batch that the network kept for a while arrives after all.
    pub(super) async fn deliver_straggler(&mut self) -> Result<(), Stop> {
        let Some((call, mids)) = self.straggler.take() else {
            return Ok(());
        };
        self.world.witness.sends(&mids, 1);
        let answer = self.ask(call).await?;
        self.take_verdicts(&answer, &mids).map(|_| ())
    }

    /// The same reports by the other way: still one report each.
    async fn send_over_rest(&mut self, seqs: &[u64]) -> Result<(), Stop> {
        let creates: Vec<(Uuid, Uuid, Value)> = seqs
            .iter()
            .filter_map(|seq| self.store.outbox.get(seq))
            .filter(|one| one.kind == "report.create")
            .map(|one| (one.mid, one.target, (*one.body).clone()))
            .collect();
        for (mid, report, mut body) in creates {
            if let Some(members) = body.as_object_mut() {
                for transport in ["mid", "seq", "kind", "depends_on"] {
                    members.remove(transport);
                }
            }
            let call = Call::post("reports", &body);
            if self.strikes(Fault::AnswerLostReport) {
                let call = self.signed(call);
                return Err(self.world.wire.send_unheard(&call).await.into());
            }
            let answer = self.ask(call).await?;
            if matches!(answer.status, 200 | 201) {
                self.world.witness.seen().both_ways.insert(report);
            } else if self.world.witness.hopes_to_be_applied(mid) {
                let words = format!("report {report} over REST: {}", answer.words());
                self.accuse(Wrong::Lost, &words);
            }
        }
        Ok(())
    }
}
