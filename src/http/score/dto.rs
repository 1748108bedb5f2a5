//! Scores on their way out.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::score::{Score, Tally};

/// Scores by group, and of all groups together.
#[derive(Serialize, ToSchema)]
pub struct ScoresOut {
    /// In the order of their names.
    items: Vec<ScoreOut>,
    /// All together: counted, not averaged.
    total: TallyOut,
}

/// The score of a round, a district or a kind of check point.
#[derive(Serialize, ToSchema)]
pub struct ScoreOut {
    /// Id of the round, or code of the district or kind; null where there is none.
    group: Option<String>,
    /// What was counted.
    #[serde(flatten)]
    tally: TallyOut,
}

/// Observations counted.
#[derive(Serialize, ToSchema)]
pub struct TallyOut {
    /// Check points.
    #[schema(example = 78)]
    points: usize,
    /// Criteria.
    #[schema(example = 328)]
    criteria: usize,
    /// Judged: the rate's denominator.
    #[schema(example = 1166)]
    observed: u64,
    /// Of these, met (达标): its numerator.
    #[schema(example = 817)]
    met: u64,
    /// Of these, lost (失分).
    not_met: u64,
    /// Left out (不测), beside those judged.
    excluded: u64,
    /// met / observed in percent, one decimal; null when nothing was judged.
    #[schema(example = "70.1")]
    rate: Option<String>,
}

impl From<Tally> for TallyOut {
    fn from(tally: Tally) -> Self {
        Self {
            points: tally.points.len(),
            criteria: tally.criteria.len(),
            observed: tally.observed(),
            met: tally.met,
            not_met: tally.not_met,
            excluded: tally.excluded,
            rate: tally.rate(),
        }
    }
}

impl From<(Vec<Score>, Tally)> for ScoresOut {
    fn from((scores, total): (Vec<Score>, Tally)) -> Self {
        let score = |score: Score| ScoreOut {
            group: score.group,
            tally: score.tally.into(),
        };
        Self {
            items: scores.into_iter().map(score).collect(),
            total: total.into(),
        }
    }
}
