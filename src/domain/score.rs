//! Scores (得分率): of what was judged, how much was met. Counted, never averaged: the rate of a whole is not the mean of its parts.

use std::collections::HashSet;

use uuid::Uuid;

/// What a score is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreBy {
    /// Round.
    Round,
    /// District.
    District,
    /// Kind of check point.
    Kind,
}

/// Which observations count.
#[derive(Debug, Clone, Default)]
pub struct ScoreFilter {
    /// Of this round.
    pub round_id: Option<Uuid>,
    /// At points in this district.
    pub district: Option<String>,
    /// At points of this kind.
    pub kind: Option<String>,
    /// Of criteria of this version of the catalogue.
    pub version: Option<String>,
}

/// Observations counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Check points.
    pub points: HashSet<Uuid>,
    /// Criteria.
    pub criteria: HashSet<Uuid>,
    /// Met (达标).
    pub met: u64,
    /// Lost (失分).
    pub not_met: u64,
    /// Left out (不测).
    pub excluded: u64,
}

impl Tally {
    /// How many were judged: the denominator.
    pub fn observed(&self) -> u64 {
        self.met.saturating_add(self.not_met)
    }

    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        self.points.extend(&other.points);
        self.criteria.extend(&other.criteria);
        self.met = self.met.saturating_add(other.met);
        self.not_met = self.not_met.saturating_add(other.not_met);
        self.excluded = self.excluded.saturating_add(other.excluded);
    }

    /// met / observed in percent with one decimal, half up; none when nothing was judged.
    pub fn rate(&self) -> Option<String> {
        let observed = u128::from(self.observed());
        let twice = observed.checked_mul(2).filter(|twice| *twice > 0)?;
        let tenths = (u128::from(self.met) * 2_000 + observed) / twice;
        Some(format!("{}.{}", tenths / 10, tenths % 10))
    }
}

/// The score of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// What the group is: round, district or kind; none where a point lies in no district, or a report in no round.
    pub group: Option<String>,
    /// What was counted.
    pub tally: Tally,
}
