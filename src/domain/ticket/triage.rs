//! Why a finding waits for a clerk (待受理原因). Nothing is ever dropped: what is in doubt waits, with every reason listed.

use std::fmt;

use super::routing::Routing;
use crate::domain::catalogue::FilingCondition;
use crate::domain::report::Place;

/// One doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TriageReason {
    /// The position lies in no district.
    OutsideCity,
    /// The accuracy circle reaches another district.
    BorderAmbiguous,
    /// None named, and the item has several.
    NoCondition,
    /// Fewer photos declared than the condition asks for.
    PhotosMissing,
    /// No position, and no check point to stand in.
    PositionMissing,
    /// Accuracy unknown, or worse than the policy allows.
    PositionWeak,
    /// An open ticket of the same item is near.
    PossibleDuplicate,
    /// No rule found a unit, and the city has named no fallback owner.
    NoOwner,
    /// Found in a covert round that is not released: unseen by units.
    Sealed,
}

impl TriageReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::OutsideCity,
        Self::BorderAmbiguous,
        Self::NoCondition,
        Self::PhotosMissing,
        Self::PositionMissing,
        Self::PositionWeak,
        Self::PossibleDuplicate,
        Self::NoOwner,
        Self::Sealed,
    ];

    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutsideCity => "outside_city",
            Self::BorderAmbiguous => "border_ambiguous",
            Self::NoCondition => "no_condition",
            Self::PhotosMissing => "photos_missing",
            Self::PositionMissing => "position_missing",
            Self::PositionWeak => "position_weak",
            Self::PossibleDuplicate => "possible_duplicate",
            Self::NoOwner => "no_owner",
            Self::Sealed => "sealed",
        }
    }
}

impl TriageReason {
    /// Whether [`doubts`] finds it; others come from elsewhere and are settled there.
    pub fn is_read_from_finding(self) -> bool {
        !matches!(self, Self::PossibleDuplicate | Self::Sealed)
    }

    /// Whether a position that somebody is sure of may settle it.
    pub fn is_about_position(self) -> bool {
        matches!(
            self,
            Self::OutsideCity | Self::BorderAmbiguous | Self::PositionMissing | Self::PositionWeak
        )
    }

    /// The reason by its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

impl fmt::Display for TriageReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// All doubts about a finding; empty when it can be filed by rule.
pub fn doubts(
    place: &Place,
    weak_accuracy_m: u32,
    condition: Option<&FilingCondition>,
    declared_photos: usize,
    routing: &Routing,
) -> Vec<TriageReason> {
    let mut reasons = Vec::new();
    match (place.point(), place.accuracy_m()) {
        (None, _) => reasons.push(TriageReason::PositionMissing),
        (Some(_), None) => reasons.push(TriageReason::PositionWeak),
        (Some(_), Some(acc_m)) if acc_m > f64::from(weak_accuracy_m) => {
            reasons.push(TriageReason::PositionWeak);
        }
        _ => {}
    }
    if place.point().is_some() && routing.polygon.is_none() {
        reasons.push(TriageReason::OutsideCity);
    }
    if routing.ambiguous {
        reasons.push(TriageReason::BorderAmbiguous);
    }
    match condition {
        None => reasons.push(TriageReason::NoCondition),
        Some(condition) => {
            let wanted = usize::try_from(condition.min_before_photos).unwrap_or(usize::MAX);
            if declared_photos < wanted {
                reasons.push(TriageReason::PhotosMissing);
            }
        }
    }
    if routing.unit.is_none() {
        reasons.push(TriageReason::NoOwner);
    }
    reasons
}
