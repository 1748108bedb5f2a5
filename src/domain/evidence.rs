//! Photos as evidence: what a phone declares of a photo before or after it sends the bytes.

pub mod checksum;
pub mod exif;
pub mod fingerprint;
pub mod flags;
mod original_read;
pub mod upload;

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

pub use original_read::{OriginalRead, OriginalReadFilter};

/// Largest photo, in bytes.
pub const MAX_PHOTO_BYTES: u64 = 32 * 1024 * 1024;

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256Digest(pub [u8; 32]);

impl Sha256Digest {
    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest).ok()?;
        Some(Self(digest))
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256Digest({self})")
    }
}

/// A photo as declared by the phone; the bytes must match it in every field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredPhoto {
    /// Made by the phone.
    pub aid: Uuid,
    /// Of the whole file.
    pub sha256: Sha256Digest,
    /// Length of the file.
    pub size_bytes: u64,
    /// Media type that the phone gave.
    pub mime: String,
}

/// Why a photo is on a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhotoRole {
    /// 整改前: with the finding.
    Before,
    /// 整改后: with a submission.
    After,
    /// 核查: with a recheck.
    Recheck,
    /// With a comment.
    Comment,
}

impl PhotoRole {
    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Recheck => "recheck",
            Self::Comment => "comment",
        }
    }
}

/// What could be made of a photo for reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendition {
    /// Nothing yet.
    None,
    /// 1600 px and 320 px, upright, without metadata.
    Ready,
    /// No decodable photo.
    Unreadable,
    /// A format that cannot be decoded here.
    Unsupported,
}

impl Rendition {
    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ready => "ready",
            Self::Unreadable => "unreadable",
            Self::Unsupported => "unsupported",
        }
    }
}

/// A photo that the server knows of.
#[derive(Debug, Clone)]
pub struct StoredPhoto {
    /// The name that every reader may have.
    pub photo_key: Uuid,
    /// Who declared or sent it.
    pub account_id: Uuid,
    /// What its bytes are, or must be.
    pub declared: DeclaredPhoto,
    /// Where the bytes lie.
    pub blob_key: Option<String>,
    /// When the last byte was durable.
    pub stored_at: Option<Timestamp>,
    /// What could be made of it.
    pub rendition: Rendition,
    /// Where the large rendition lies.
    pub display_key: Option<String>,
    /// Where the small rendition lies.
    pub thumb_key: Option<String>,
}
