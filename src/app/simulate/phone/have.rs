//! Asking what has arrived: after a restart the phone does not know, and sends only what is missing.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Phone, Stop};
use crate::app::simulate::faults::Fault;
use crate::app::simulate::wire::{Answer, Call, list, text};
use crate::app::simulate::witness::Wrong;

/// Most ids of a question.
const MOST: usize = 2_000;

impl Phone {
    /// Asks about everything in the outbox.
    pub(super) async fn ask_what_arrived(&mut self) -> Result<(), Stop> {
        if self.store.outbox.is_empty() {
            return Ok(());
        }
        let mids: Vec<Uuid> = self
            .store
            .outbox
            .values()
            .map(|one| one.mid)
            .take(MOST)
            .collect();
        let photos: Vec<Value> = self
            .store
            .photos
            .values()
            .map(|photo| json!({ "aid": photo.aid, "sha256": hex::encode(photo.sha256) }))
            .take(MOST)
            .collect();
        let call = Call::post("sync/have", &json!({ "mids": mids, "attachments": photos }));
        if self.strikes(Fault::AnswerLostHave) {
            let call = self.signed(call);
            return Err(self.world.wire.send_unheard(&call).await.into());
        }
        let answer = self.ask(call).await?;
        if answer.status != 200 {
            let words = format!("`have` is refused: {}", answer.words());
            self.accuse(Wrong::Stuck, &words);
            return Err(Stop::Lost);
        }
        self.take_possessions(&answer);
        Ok(())
    }

    fn take_possessions(&mut self, answer: &Answer) {
        let mut verdicts = BTreeMap::new();
        let known = answer.json.get("known").and_then(Value::as_object);
        for (mid, verdict) in known.into_iter().flatten() {
            if let (Ok(mid), Some(verdict)) = (mid.parse(), verdict.as_str()) {
                self.world.witness.told(mid, verdict, false, "have");
                verdicts.insert(mid, (verdict.to_owned(), false));
            }
        }
        self.store.commit_verdicts(&verdicts);
        let ids = |name: &str| -> Vec<Uuid> {
            let entries = list(&answer.json, name).iter();
            entries
                .filter_map(|entry| entry.as_str().unwrap_or(text(entry, "aid")).parse().ok())
                .collect()
        };
        for mid in ids("unknown") {
            let acknowledged = self
                .store
                .outbox
                .values()
                .any(|one| one.mid == mid && one.verdict.is_some());
            if acknowledged {
                self.accuse(
                    Wrong::Lost,
                    &format!("{mid} had a verdict and is not known"),
                );
            }
        }
        for aid in ids("stored") {
            self.world.witness.photo_stored(aid);
            self.store.commit_photo(aid, true);
        }
        for aid in [ids("absent"), ids("partial")].concat() {
            self.store.commit_photo(aid, false);
        }
    }
}
