//! An upload: a photo on its way in, which may be broken off and gone on with as often as the line fails. How far it has come is
//! not said here; only the photo store knows.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Sha256Digest;

/// For how long an upload waits for its sender.
pub const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The end of an upload is moved when it would move by at least this much: not for every piece of a photo.
const SLIDES_BY: SignedDuration = SignedDuration::from_hours(24);

/// An upload that the server knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id; also the name that its bytes have in the photo store.
    pub id: Uuid,
    /// Who began it.
    pub account_id: Uuid,
    /// The photo that it is for; none for whichever the sender declares with this digest and length.
    pub aid: Option<Uuid>,
    /// As stated by the sender; once every byte is here, theirs.
    pub sha256: Option<Sha256Digest>,
    /// Length of the whole file.
    pub size_bytes: u64,
    /// Media type that the sender stated.
    pub mime: String,
    /// From then on it is as if it were not there.
    pub expires_at: Timestamp,
    /// What has become of it.
    pub stage: Stage,
}

/// What has become of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Bytes are still missing, or were not looked at yet.
    Open,
    /// Whole and as stated, under this key, but no photo has taken the bytes yet.
    SetAside(String),
    /// The photo has its bytes, from this upload or another way.
    Done,
}

impl Upload {
    /// Whether every byte is here and has been checked.
    pub fn is_whole(&self) -> bool {
        self.stage != Stage::Open
    }

    /// When it ends from now on, if that is worth writing down.
    pub fn slides_to(&self, now: Timestamp) -> Option<Timestamp> {
        let end = now + LIFE;
        (end.duration_since(self.expires_at) >= SLIDES_BY).then_some(end)
    }
}
