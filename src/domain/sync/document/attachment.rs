//! Photos: the facts as loaded, and what of them a reader is told.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::maybe_seconds;
use crate::domain::account::Role;
use crate::domain::evidence::flags::PhotoFlag;

/// A photo whose bytes are here, unabridged: never sent but through [`AttachmentDoc::of`].
#[derive(Debug, Clone)]
pub struct AttachmentFacts {
    /// The phone's own id.
    pub aid: Uuid,
    /// Who sent it.
    pub account_id: Uuid,
    /// Report that declared it.
    pub report: Option<Uuid>,
    /// Tickets that show it, as far as the reader may know of them.
    pub on: Vec<ShownOn>,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: i64,
    /// Media type.
    pub mime: String,
    /// When the last byte was durable.
    pub stored_at: Timestamp,
    /// `none`, `ready`, `unreadable`, `unsupported`.
    pub rendition: String,
    /// Upright width.
    pub width_px: Option<i32>,
    /// Upright height.
    pub height_px: Option<i32>,
    /// What is odd about it, as far as this reader is told.
    pub flags: Vec<PhotoFlag>,
}

/// A ticket that shows a photo, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ShownOn {
    /// The ticket.
    pub ticket: Uuid,
    /// `before`, `after`, `recheck`, `comment`.
    pub role: String,
}

/// A flag on a photo.
#[derive(Debug, Clone, Serialize)]
struct FlagDoc {
    flag: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    figure: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<Uuid>,
}

/// A photo (照片) as one reader may know of it; its bytes are at `attachments/{id}/display` and `/thumb`.
#[derive(Debug, Clone, Serialize)]
pub struct AttachmentDoc {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    on: Vec<ShownOn>,
    rendition: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    width_px: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height_px: Option<i32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<FlagDoc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime: Option<String>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    stored_at: Option<Timestamp>,
}

impl AttachmentDoc {
    /// The document for a reader: what tells of phone and report is for the office and for who sent it.
    pub fn of(facts: AttachmentFacts, role: Role, account_id: Uuid) -> Self {
        let knows = role.is_office() || facts.account_id == account_id;
        Self {
            on: facts.on,
            rendition: facts.rendition,
            width_px: facts.width_px,
            height_px: facts.height_px,
            flags: facts.flags.into_iter().map(FlagDoc::from).collect(),
            aid: knows.then_some(facts.aid),
            report: facts.report.filter(|_| knows),
            sha256: knows.then_some(facts.sha256),
            bytes: knows.then_some(facts.bytes),
            mime: knows.then_some(facts.mime),
            stored_at: knows.then_some(facts.stored_at),
        }
    }
}

impl From<PhotoFlag> for FlagDoc {
    fn from(it: PhotoFlag) -> Self {
        Self {
            flag: it.flag.as_str(),
            figure: it.figure,
            unit: it.flag.unit(),
            software: it.software,
            other: it.other,
        }
    }
}
