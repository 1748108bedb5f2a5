//! The digest (督办汇总): what the ladder issued to one unit at one time, told in one piece instead of a storm. Each slip in it keeps its
//! own number, reply and reply due.

use jiff::Timestamp;
use uuid::Uuid;

/// A digest that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Server-made, v4.
    pub id: Uuid,
    /// `DH-2026-000001`.
    pub number: String,
    /// The addressee of its slips.
    pub unit_id: Uuid,
    /// Its name then.
    pub unit_name: String,
    /// When it was told.
    pub told_at: Timestamp,
    /// How many slips of each level are in it, lowest level first.
    pub levels: Vec<(u32, u32)>,
}
