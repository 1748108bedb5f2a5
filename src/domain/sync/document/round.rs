//! Rounds that have started, for the office and for who has a visit in one. Where and who is told by the visits alone.

use jiff::Timestamp;
use serde::Serialize;

use super::{maybe_seconds, seconds};
use crate::domain::round::Round;

/// An inspection round (督查批次).
#[derive(Debug, Clone, Serialize)]
pub struct RoundDoc {
    /// Name.
    pub name: String,
    /// `covert` or `announced`.
    pub mode: &'static str,
    /// What for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// `running`, `released` or `closed`.
    pub state: &'static str,
    /// When it started.
    #[serde(serialize_with = "seconds")]
    pub starts_at: Timestamp,
    /// Until when its points are to be visited.
    #[serde(serialize_with = "seconds")]
    pub ends_at: Timestamp,
    /// When units learn of what was found.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    pub release_at: Option<Timestamp>,
}

impl From<Round> for RoundDoc {
    fn from(round: Round) -> Self {
        Self {
            name: round.plan.name,
            mode: round.plan.mode.as_str(),
            purpose: round.plan.purpose,
            state: round.state.as_str(),
            starts_at: round.plan.starts_at,
            ends_at: round.plan.ends_at,
            release_at: round.plan.release_at,
        }
    }
}
