//! What a pull answers. The documents themselves are described in `api-spec/sync.md`.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::sync::document::Document;
use crate::services::sync::pull::{Change, Op, Pulled};

/// Most mutations in a batch.
pub const BATCH_ITEMS: usize = 200;
/// Largest batch.
pub const BATCH_BYTES: usize = 1024 * 1024;
/// Largest piece of a photo that is worth sending at once.
const CHUNK_BYTES: usize = 1024 * 1024;
/// When a phone with nothing to send may ask again.
const POLL_AFTER_S: u32 = 300;

/// A page of what a phone has missed.
#[derive(Serialize, ToSchema)]
pub struct ChangesOut {
    /// The epoch in which cursors mean anything.
    epoch: Uuid,
    /// `delta`, or `snapshot`: everything, and what the phone has beside is no longer there.
    #[schema(example = "delta")]
    mode: &'static str,
    /// Rows, to be applied in this order.
    changes: Vec<ChangeOut>,
    /// What became of the phone's mutations.
    receipts: Vec<ReceiptOut>,
    /// Where the next page begins: give it back as `page`.
    page: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// The new cursor, with the last page only: to be stored together with the rows.
    cursor: Option<String>,
    /// Server time.
    server_time: Timestamp,
    /// What the server takes.
    limits: LimitsOut,
}

/// A row that is new, changed or gone.
#[derive(Serialize, ToSchema)]
pub struct ChangeOut {
    /// Collection.
    #[schema(example = "tickets")]
    c: &'static str,
    /// Id.
    id: Uuid,
    /// `put`, `del` (it is no more) or `gone` (it is no longer this reader's).
    #[schema(example = "put")]
    op: &'static str,
    /// Version.
    #[schema(example = "12")]
    rev: String,
    /// The row, with `put`.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<Box<Document>>,
    /// Why, with `gone`.
    #[schema(example = "reassigned")]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// With `gone`: until when work done under the old assignment is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    accept_until: Option<Timestamp>,
}

/// What became of a mutation.
#[derive(Serialize, ToSchema)]
pub struct ReceiptOut {
    /// The mutation.
    mid: Uuid,
    /// `applied`, `merged`, `conflict`, `held` or `quarantined`.
    #[schema(example = "applied")]
    verdict: String,
    /// Every photo that it declares is here.
    complete: bool,
    /// The phone may delete its copy, photos included.
    safe_to_delete: bool,
}

/// What the server takes.
#[derive(Serialize, ToSchema)]
pub struct LimitsOut {
    /// Most mutations in a batch.
    batch_items: usize,
    /// Largest batch in bytes.
    batch_bytes: usize,
    /// Largest piece of a photo in bytes.
    chunk_bytes: usize,
    /// When to ask again, in seconds.
    poll_after_s: u32,
}

impl Default for LimitsOut {
    fn default() -> Self {
        Self {
            batch_items: BATCH_ITEMS,
            batch_bytes: BATCH_BYTES,
            chunk_bytes: CHUNK_BYTES,
            poll_after_s: POLL_AFTER_S,
        }
    }
}

impl ChangesOut {
    /// The page, at this server time.
    pub fn new(pulled: Pulled, server_time: Timestamp) -> Self {
        Self {
            epoch: pulled.epoch,
            mode: if pulled.is_snapshot {
                "snapshot"
            } else {
                "delta"
            },
            changes: pulled.changes.into_iter().map(ChangeOut::from).collect(),
            receipts: pulled
                .receipts
                .into_iter()
                .map(|receipt| ReceiptOut {
                    mid: receipt.mid,
                    verdict: receipt.verdict,
                    complete: receipt.complete,
                    safe_to_delete: receipt.complete,
                })
                .collect(),
            has_more: pulled.page.is_some(),
            page: pulled.page,
            cursor: pulled.cursor,
            server_time,
            limits: LimitsOut::default(),
        }
    }
}

impl From<Change> for ChangeOut {
    fn from(change: Change) -> Self {
        let mut out = Self {
            c: change.collection.as_str(),
            id: change.id,
            op: "put",
            rev: change.rev.to_string(),
            doc: None,
            reason: None,
            accept_until: None,
        };
        match change.op {
            Op::Put(document) => out.doc = Some(document),
            Op::Delete => out.op = "del",
            Op::Gone {
                reason,
                accept_until,
            } => {
                out.op = "gone";
                out.reason = Some(reason);
                out.accept_until = accept_until;
            }
        }
        out
    }
}
