//! Integrity flags (虚假整改): a rectification that the office found to be faked, marked on its ticket and counted against the unit
//! that led it then.

use jiff::Timestamp;
use uuid::Uuid;

use super::ticket::Ticket;

/// Longest reason, in characters.
pub const MAX_REASON_CHARS: usize = 2_000;

/// A mark on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrityFlag {
    /// Server-made, v4.
    pub id: Uuid,
    /// The ticket.
    pub ticket_id: Uuid,
    /// Whose rectification it was.
    pub unit_id: Uuid,
    /// What was found.
    pub reason: String,
    /// Who says so.
    pub flagged_by: Uuid,
    /// Since when.
    pub flagged_at: Timestamp,
}

/// How many rectifications of a unit were found to be faked, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagCount {
    /// Code of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Tickets with a mark that was not lifted.
    pub flags: i64,
}

impl Ticket {
    /// Whether there is a rectification that could have been faked: the unit has submitted at least once.
    pub fn was_rectified(&self) -> bool {
        self.lead.is_some() && (self.submitted_at.is_some() || self.rework_round > 0)
    }
}
