//! Handing over (移交) everything open of a unit or of a person in one act.

use jiff::Timestamp;
use uuid::Uuid;

/// From whom to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// 牵头单位: everything that one unit leads or works with, to another.
    Units {
        /// Who has it.
        from: Uuid,
        /// Who gets it.
        to: Uuid,
    },
    /// 经办人: everything that one person works on, to another or to nobody in particular.
    People {
        /// Who has it.
        from: Uuid,
        /// Who gets it.
        to: Option<Uuid>,
    },
}

/// A hand-over, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Server-made, v4.
    pub id: Uuid,
    /// From whom to whom.
    pub between: Between,
    /// Why.
    pub opinion: String,
    /// Who ordered it.
    pub ordered_by: Uuid,
    /// In which role.
    pub ordered_role: String,
    /// When.
    pub ordered_at: Timestamp,
    /// Tickets when it was ordered.
    pub total: i64,
    /// Tickets handed over so far.
    pub done: i64,
    /// When nothing was left.
    pub finished_at: Option<Timestamp>,
}
