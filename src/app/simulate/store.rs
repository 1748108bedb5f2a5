//! What a phone keeps, with the transactions that a phone's database has: each `commit_…` happens whole or, when the app
//! is killed before it, not at all. Rows and cursor are committed together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::photo::Photo;
use super::wire::text;

/// A row of a collection.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) rev: i64,
    pub(super) doc: Arc<Value>,
}

/// Collection and id.
pub(super) type Key = (String, Uuid);

/// One entry of a page.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Put(Key, Row),
    Remove(Key),
}

impl Change {
    /// Reads an entry of `changes`.
    pub(super) fn read(entry: &Value) -> Option<Self> {
        let key = (
            text(entry, "c").to_owned(),
            text(entry, "id").parse::<Uuid>().ok()?,
        );
        match text(entry, "op") {
            "put" => Some(Self::Put(
                key,
                Row {
                    rev: text(entry, "rev").parse().ok()?,
                    doc: Arc::new(entry.get("doc")?.clone()),
                },
            )),
            "del" | "gone" => Some(Self::Remove(key)),
            _ => None,
        }
    }
}

/// What the server says of a mutation that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) verdict: String,
    pub(super) complete: bool,
    pub(super) safe: bool,
}

/// A mutation that waits: to be sent, or to be safe.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) mid: Uuid,
    pub(super) kind: String,
    pub(super) target: Uuid,
    pub(super) body: Arc<Value>,
    pub(super) aids: Vec<Uuid>,
    pub(super) verdict: Option<String>,
    pub(super) safe: bool,
}

/// The login on this phone.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) access: String,
    pub(super) refresh: String,
    /// Of a refresh whose answer has not arrived.
    pub(super) nonce: Option<String>,
}

/// Everything that survives an app kill.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    pub(super) rows: BTreeMap<Key, Row>,
    pub(super) receipts: BTreeMap<Uuid, Receipt>,
    pub(super) cursor: Option<String>,
    pub(super) outbox: BTreeMap<u64, Outgoing>,
    pub(super) photos: BTreeMap<Uuid, Photo>,
    pub(super) session: Option<Session>,
    next_seq: u64,
}

impl Store {
    /// The number of the next mutation.
    pub(super) fn next_seq(&mut self) -> u64 {
        self.next_seq += 1;
        self.next_seq
    }

    /// A mutation and its photos.
    pub(super) fn commit_made(&mut self, seq: u64, outgoing: Outgoing, photos: Vec<Photo>) {
        self.outbox.insert(seq, outgoing);
        self.photos
            .extend(photos.into_iter().map(|photo| (photo.aid, photo)));
    }

    /// All pages of a delta.
    pub(super) fn commit_delta(
        &mut self,
        changes: Vec<Change>,
        receipts: Vec<(Uuid, Receipt)>,
        cursor: Option<String>,
    ) {
        for change in changes {
            match change {
                Change::Put(key, row) => {
                    self.rows.insert(key, row);
                }
                Change::Remove(key) => {
                    self.rows.remove(&key);
                }
            }
        }
        self.receipts.extend(receipts);
        if cursor.is_some() {
            self.cursor = cursor;
        }
    }

    /// All pages of a snapshot: takes the place of what was there. Unsent work stays.
    pub(super) fn commit_snapshot(
        &mut self,
        changes: Vec<Change>,
        receipts: Vec<(Uuid, Receipt)>,
        cursor: Option<String>,
    ) {
        self.rows.clear();
        self.receipts.clear();
        self.commit_delta(changes, receipts, cursor);
    }

    /// What an answer says of mutations.
    pub(super) fn commit_verdicts(&mut self, verdicts: &BTreeMap<Uuid, (String, bool)>) {
        for outgoing in self.outbox.values_mut() {
            if let Some((verdict, safe)) = verdicts.get(&outgoing.mid) {
                outgoing.verdict = Some(verdict.clone());
                outgoing.safe |= safe;
            }
        }
    }

    pub(super) fn commit_photo(&mut self, aid: Uuid, stored: bool) {
        if let Some(photo) = self.photos.get_mut(&aid) {
            photo.stored = stored;
        }
    }

    /// Takes over what receipts say of the outbox.
    pub(super) fn commit_receipts(&mut self) {
        for outgoing in self.outbox.values_mut() {
            if let Some(receipt) = self.receipts.get(&outgoing.mid) {
                outgoing.verdict = Some(receipt.verdict.clone());
                outgoing.safe |= receipt.safe;
            }
        }
    }

    /// Deletes the originals of what is safe, and nothing else.
    pub(super) fn commit_deletion(&mut self) {
        self.outbox.retain(|_, outgoing| !outgoing.safe);
        let needed: BTreeSet<Uuid> = self
            .outbox
            .values()
            .flat_map(|outgoing| outgoing.aids.iter().copied())
            .collect();
        self.photos.retain(|aid, _| needed.contains(aid));
    }

    /// Numbers of what has no verdict yet, in order.
    pub(super) fn unsent(&self) -> Vec<u64> {
        self.outbox
            .iter()
            .filter(|(_, outgoing)| outgoing.verdict.is_none())
            .map(|(seq, _)| *seq)
            .collect()
    }

    /// Whether work on this row waits to be sent or to be safe.
    pub(super) fn is_busy_with(&self, target: Uuid) -> bool {
        self.outbox
            .values()
            .any(|outgoing| outgoing.target == target)
    }

    /// The rows of a collection.
    pub(super) fn collection<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (Uuid, &'a Row)> + 'a {
        self.rows
            .range((name.to_owned(), Uuid::nil())..)
            .take_while(move |((collection, _), _)| collection == name)
            .map(|((_, id), row)| (*id, row))
    }
}
