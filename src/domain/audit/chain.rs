//! The chain of one ticket's trail: a row's hash is SHA-256 over the hash of the row before it and the row's canonical JSON (RFC 8785).
//! Members that are null are left out, so that a column added later changes no hash that was there before it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Hash;

/// What the first row of a trail follows.
pub const START: Hash = [0; 32];

/// A row of the trail as it is hashed: every column that means anything.
#[derive(Debug, Serialize)]
pub struct Link<'a> {
    /// The ticket.
    pub ticket_id: Uuid,
    /// 1, 2, 3 … within the ticket.
    pub seq: i32,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    /// Command, or an act of the system.
    pub command: &'a str,
    /// State before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_state: Option<&'a str>,
    /// State after.
    pub to_state: &'a str,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// In which role.
    pub actor_role: &'a str,
    /// For which unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_unit_id: Option<Uuid>,
    /// On which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<Uuid>,
    /// Who holds the ticket from here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder_unit_id: Option<Uuid>,
    /// 意见.
    pub opinion: &'a str,
    /// What the command carried and what it changed.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub data: &'a Value,
    /// Units never see it.
    pub office_only: bool,
    /// [`digest`] of the ticket's own row as this change left it, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_hash: Option<String>,
}

impl Link<'_> {
    /// The row's canonical JSON.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self)
    }

    /// The row's hash behind the row before it, [`START`] for the first.
    #[must_use]
    pub fn hash(&self, before: &Hash) -> Hash {
        follow(before, &self.canonical())
    }
}

/// The hash of a row, of which only the canonical JSON is at hand, behind the row before it.
#[must_use]
pub fn follow(before: &Hash, canonical: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(canonical);
    hash.finalize().into()
}

/// Digest of a ticket's own row: of the canonical JSON of its columns by name. What is null, false, 0 or empty is left out, so that a
/// column added later with such a default changes no digest.
#[must_use]
pub fn digest(row: &Value) -> Hash {
    let Some(columns) = row.as_object() else {
        return Sha256::digest(canonical(row)).into();
    };
    let told: BTreeMap<_, _> = columns
        .iter()
        .filter(|(_, value)| !says_nothing(value))
        .collect();
    Sha256::digest(canonical(&told)).into()
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

fn canonical(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value)
        .expect("a value of text keys and finite numbers has a canonical form")
}
