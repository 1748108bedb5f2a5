//! Heads and proofs on the wire: every hash in hexadecimal digits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::audit::head::Head;
use crate::services::audit::{Proof, ProvenRow};

/// How many heads.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HeadsQuery {
    /// Most heads, 1 to 100; 10 when not given.
    pub limit: Option<u32>,
}

/// The latest heads.
#[derive(Serialize, ToSchema)]
pub struct HeadsOut {
    /// The last one first.
    pub items: Vec<HeadOut>,
}

/// A signed head. `xuncha audit verify --head FILE` takes it as it is.
#[derive(Serialize, ToSchema)]
pub struct HeadOut {
    /// 1, and one more after each restore from a backup that was declared.
    generation: u32,
    /// Rows anchored.
    size: u64,
    /// Root of the tree (RFC 6962, SHA-256).
    root: String,
    /// When it was signed.
    signed_at: Timestamp,
    /// The first 16 digits of SHA-256 of the public key.
    key_id: String,
    /// Ed25519 over the text that api-spec/audit.md gives.
    signature: String,
}

/// That the trail of a ticket is in the log.
#[derive(Serialize, ToSchema)]
pub struct ProofOut {
    /// The head that every path leads to; null before the first was signed.
    head: Option<HeadOut>,
    /// Every row of the trail, first row first.
    rows: Vec<ProvenRowOut>,
}

/// A row of a trail with its place in the log.
#[derive(Serialize, ToSchema)]
pub struct ProvenRowOut {
    /// Its number.
    seq: i32,
    /// What is hashed of it: canonical JSON (RFC 8785). Null where it names an inspector.
    canonical: Option<String>,
    /// SHA-256 over the hash of the row before it (32 zero bytes before the first) and `canonical`.
    hash: String,
    /// Its position in the log, from 0; null while it waits to be anchored.
    position: Option<u64>,
    /// Audit path from the leaf up (RFC 6962 §2.1.1).
    path: Option<Vec<String>>,
}

impl From<Head> for HeadOut {
    fn from(head: Head) -> Self {
        Self {
            generation: head.generation,
            size: head.size,
            root: hex::encode(head.root),
            signed_at: head.signed_at,
            key_id: head.key_id,
            signature: hex::encode(head.signature),
        }
    }
}

impl From<Proof> for ProofOut {
    fn from(proof: Proof) -> Self {
        Self {
            head: proof.head.map(HeadOut::from),
            rows: proof.rows.into_iter().map(ProvenRowOut::from).collect(),
        }
    }
}

impl From<ProvenRow> for ProvenRowOut {
    fn from(row: ProvenRow) -> Self {
        let (position, path) = row.path.unzip();
        Self {
            seq: row.seq,
            canonical: row.canonical,
            hash: hex::encode(row.hash),
            position,
            path: path.map(|path| path.into_iter().map(hex::encode).collect()),
        }
    }
}
