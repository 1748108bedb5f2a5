//! Holding what a phone shows against what the oracle says that its reader should see: every row, every member.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::phone::Phone;
use super::store::{Key, Row};
use super::witness::Wrong;
use crate::db::oracle::Expected;

/// Members that tell of phone and report: too much is told where the oracle has none of them.
const TELLING: [&str; 9] = [
    "report",
    "finding",
    "received_at",
    "aid",
    "sha256",
    "bytes",
    "mime",
    "stored_at",
    "flags",
];

/// What the ledger says of one mutation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: String,
    pub(super) verdict: String,
    pub(super) complete: bool,
    pub(super) conflicts: u64,
}

impl Entry {
    /// What it asked for was done.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.verdict.as_str(), "applied" | "merged")
    }
}

/// The ledger of the accounts that took part.
pub(super) type Ledger = BTreeMap<(Uuid, Uuid), Entry>;

/// Accuses where a phone holds something else than it should.
pub(super) fn compare(phone: &Phone, expected: &[Expected], ledger: &Ledger) {
    let mut should: BTreeMap<Key, &Expected> = expected
        .iter()
        .map(|row| ((row.collection.clone(), row.id), row))
        .collect();
    for ((collection, id), row) in &phone.store.rows {
        match should.remove(&(collection.clone(), *id)) {
            None => phone.accuse(
                Wrong::WronglyVisible,
                &format!("still holds {collection} {id}"),
            ),
            Some(expected) => compare_row(phone, expected, row),
        }
    }
    for (collection, id) in should.keys() {
        phone.accuse(Wrong::Lost, &format!("does not hold {collection} {id}"));
    }
    compare_receipts(phone, ledger);
}

fn compare_row(phone: &Phone, expected: &Expected, row: &Row) {
    let Expected {
        collection,
        id,
        rev,
        doc,
    } = expected;
    let versioned = matches!(collection.as_str(), "tickets" | "reports" | "tasks");
    if let (true, Some(rev)) = (versioned, rev)
        && *rev != row.rev
    {
        let words = format!("holds {collection} {id} of version {}, not {rev}", row.rev);
        phone.accuse(Wrong::Lost, &words);
    }
    let (should, is) = (plain(doc), plain(&row.doc));
    if should == is {
        return;
    }
    let (should, is) = (members(&should), members(&is));
    for (name, value) in &is {
        match should.get(name) {
            Some(right) if right == value => {}
            None if TELLING.contains(&name.as_str()) => phone.accuse(
                Wrong::WronglyVisible,
                &format!("{collection} {id} tells {name}"),
            ),
            right => phone.accuse(
                Wrong::Lost,
                &format!("{collection} {id} has {name} {value}, not {right:?}"),
            ),
        }
    }
    for (name, value) in should.iter().filter(|(name, _)| !is.contains_key(*name)) {
        let words = format!("{collection} {id} has no {name}, not {value}");
        phone.accuse(Wrong::Lost, &words);
    }
}

fn compare_receipts(phone: &Phone, ledger: &Ledger) {
    let own = ledger.range((phone.account, Uuid::nil())..=(phone.account, Uuid::max()));
    for ((_, mid), entry) in own {
        let Some(receipt) = phone.store.receipts.get(mid) else {
            phone.accuse(Wrong::Lost, &format!("has no receipt of {mid}"));
            continue;
        };
        if receipt.verdict != entry.verdict || receipt.complete != entry.complete {
            let words = format!("the receipt of {mid} is {receipt:?}, the ledger {entry:?}");
            phone.accuse(Wrong::Lost, &words);
        }
        if receipt.safe && !entry.complete {
            let words = format!("{mid} may be deleted although photos are missing");
            phone.accuse(Wrong::Lost, &words);
        }
    }
    for mid in phone.store.receipts.keys() {
        if !ledger.contains_key(&(phone.account, *mid)) {
            let words = format!("has a receipt of {mid}, which is not in the ledger");
            phone.accuse(Wrong::WronglyVisible, &words);
        }
    }
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Without what may be absent, every number in one form, lists in one order.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .filter(|(_, value)| !is_nothing(value))
            .collect(),
        Value::Array(entries) => {
            let mut entries: Vec<Value> = entries.iter().map(plain).collect();
            entries.sort_by_key(Value::to_string);
            entries.into()
        }
        Value::Number(number) => number.as_f64().into(),
        other => other.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        _ => false,
    }
}
