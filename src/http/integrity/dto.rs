//! Integrity flags on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::integrity::{FlagCount, IntegrityFlag, MAX_REASON_CHARS};
use crate::services::Error;
use crate::services::input::fault::Faults;

/// What was found.
#[derive(Deserialize, ToSchema)]
pub struct IntegrityFlagIn {
    /// In words; the unit reads them.
    reason: String,
}

impl IntegrityFlagIn {
    /// The reason, if it is one.
    ///
    /// # Errors
    /// `invalid`.
    pub fn parse(self) -> Result<String, Error> {
        let mut faults = Faults::default();
        if self.reason.trim().is_empty() {
            faults.add("/reason", "required", "必填", "must not be empty");
        }
        faults.check_length("/reason", &self.reason, MAX_REASON_CHARS);
        faults.refuse_or(self.reason)
    }
}

/// A mark on a ticket (虚假整改).
#[derive(Serialize, ToSchema)]
pub struct IntegrityFlagOut {
    /// The ticket.
    ticket: Uuid,
    /// What was found.
    reason: String,
    /// Since when.
    flagged_at: Timestamp,
}

/// How many marks units have.
#[derive(Serialize, ToSchema)]
pub struct IntegrityCountsOut {
    /// Those with most first; units without any are left out.
    items: Vec<IntegrityCountOut>,
}

/// How many marks a unit has.
#[derive(Serialize, ToSchema)]
pub struct IntegrityCountOut {
    /// Code.
    #[schema(example = "371602-sanitation")]
    unit: String,
    /// Name.
    name: String,
    /// Tickets whose rectification was found to be faked, by the unit that led them then.
    flags: i64,
}

impl From<IntegrityFlag> for IntegrityFlagOut {
    fn from(flag: IntegrityFlag) -> Self {
        Self {
            ticket: flag.ticket_id,
            reason: flag.reason,
            flagged_at: flag.flagged_at,
        }
    }
}

impl From<Vec<FlagCount>> for IntegrityCountsOut {
    fn from(counts: Vec<FlagCount>) -> Self {
        let count = |it: FlagCount| IntegrityCountOut {
            unit: it.unit,
            name: it.name,
            flags: it.flags,
        };
        Self {
            items: counts.into_iter().map(count).collect(),
        }
    }
}
