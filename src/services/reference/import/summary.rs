//! What an import did, or would do.

use jiff::civil::Date;

use super::redrawn::RedrawnTicket;
use crate::domain::calendar::DayChange;
use crate::domain::import::ImportKind;
use crate::services::reference::areas::TopologyView;
use crate::services::ticket::deadline::DeadlinesMoved;

/// What an import did.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportSummary {
    /// What the file brought.
    pub kind: ImportKind,
    /// Nothing of it was kept: it was only asked what it would do.
    pub dry_run: bool,
    /// How many rows.
    pub counts: Counts,
    /// After areas: whether the districts tile the city.
    pub topology: Option<TopologyView>,
    /// After areas: open tickets that the rules would treat otherwise.
    pub redrawn: Option<Vec<RedrawnTicket>>,
    /// After a calendar: what it changed.
    pub calendar: Option<CalendarDiff>,
}

/// How many rows were new, and how many changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows, features, or one for a calendar.
    pub rows: usize,
    /// Of these, new.
    pub inserted: usize,
    /// Of these, known and changed; the rest was there already.
    pub updated: usize,
}

/// How a calendar differs from the one before it, and what that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDiff {
    /// Last date that the one before covers; none before the first.
    pub known_until_was: Option<Date>,
    /// Last date that it covers.
    pub known_until: Date,
    /// Days that are worked where they were not, or the other way round.
    pub days: Vec<DayChange>,
    /// Working hours differ.
    pub shifts_changed: bool,
    /// Deadlines that move.
    pub deadlines: DeadlinesMoved,
}
