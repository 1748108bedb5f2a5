//! Ripple tasks (举一反三): from one typical fault units are asked to look for the same with themselves, to put it right and to say
//! so. What they find is told and not counted: it makes no findings, no tickets and no deductions.

use jiff::Timestamp;
use uuid::Uuid;

use super::catalogue::ItemKey;
use super::ticket::routing::UnitRef;

/// Longest text and answer, in characters.
pub const MAX_TEXT_CHARS: usize = 2_000;
/// Most faults that one answer can tell of.
pub const MAX_FOUND: u32 = 100_000;

/// A ripple task.
#[derive(Debug, Clone)]
pub struct Ripple {
    /// Server-made, v4.
    pub id: Uuid,
    /// The typical fault; none for who may not know of it.
    pub ticket_id: Option<Uuid>,
    /// Its item.
    pub item: ItemKey,
    /// What is asked.
    pub text: String,
    /// Until when an answer is due.
    pub due_at: Timestamp,
    /// Who asks; none for who may not know.
    pub created_by: Option<Uuid>,
    /// Since when.
    pub created_at: Timestamp,
    /// The units that are asked, as far as the reader may know, by code.
    pub units: Vec<RippleUnit>,
}

/// A unit that is asked.
#[derive(Debug, Clone)]
pub struct RippleUnit {
    /// The unit.
    pub unit: UnitRef,
    /// What it says; none until it has.
    pub answer: Option<Answered>,
}

/// An answer that was given.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What it says.
    pub answer: Answer,
    /// When.
    pub at: Timestamp,
}

/// What a unit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// In words.
    pub text: String,
    /// How many such faults it found with itself.
    pub found: u32,
    /// Of these, put right.
    pub put_right: u32,
}

/// What a supervisor asks.
#[derive(Debug, Clone)]
pub struct NewRipple {
    /// The typical fault.
    pub ticket_id: Uuid,
    /// Codes of the units; none: every unit in force.
    pub units: Option<Vec<String>>,
    /// What is asked.
    pub text: String,
    /// Until when an answer is due.
    pub due_at: Timestamp,
}
