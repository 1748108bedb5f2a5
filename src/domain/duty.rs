//! People of places: street chief (街(路)长), point chief (点位长), sponsor (包保领导) and frontage duty (门前三包). Each answers in person
//! for a unit, a check point or an area, from a day on and until another; which of them a ticket shows is asked as of its dispatch.

use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

/// What somebody answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DutyKind {
    /// 街(路)长.
    StreetChief,
    /// 点位长.
    PointChief,
    /// 包保领导: a leader who stands for the place, and may read its tickets.
    Sponsor,
    /// 门前三包: whoever keeps the ground before a door.
    Frontage,
}

impl DutyKind {
    const ALL: [Self; 4] = [
        Self::StreetChief,
        Self::PointChief,
        Self::Sponsor,
        Self::Frontage,
    ];

    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StreetChief => "street_chief",
            Self::PointChief => "point_chief",
            Self::Sponsor => "sponsor",
            Self::Frontage => "frontage",
        }
    }
}

/// A word that names no duty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no duty: street_chief, point_chief, sponsor, frontage")]
pub struct UnknownDuty(pub String);

impl FromStr for DutyKind {
    type Err = UnknownDuty;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownDuty(word.to_owned()))
    }
}

/// The place that a duty is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DutyPlace {
    /// A unit, such as a street: its tickets and those of units below it.
    Unit(Uuid),
    /// A check point.
    Point(Uuid),
    /// A district or zone, by its code.
    Area(String),
}

/// A duty of a person.
#[derive(Debug, Clone)]
pub struct Duty {
    /// Id.
    pub id: Uuid,
    /// What.
    pub kind: DutyKind,
    /// Where.
    pub place: DutyPlace,
    /// Who.
    pub person: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Account of a sponsor.
    pub account_id: Option<Uuid>,
    /// From when on,
    pub valid_from: Timestamp,
    /// and until when; none while it lasts.
    pub valid_until: Option<Timestamp>,
}

impl Duty {
    /// Whether the person has it at this instant.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_until.is_none_or(|until| until > at)
    }
}

/// Which duties.
#[derive(Debug, Clone, Default)]
pub struct DutyFilter {
    /// What.
    pub kind: Option<DutyKind>,
    /// For this unit.
    pub unit_id: Option<Uuid>,
    /// For this check point.
    pub point_id: Option<Uuid>,
    /// For this area.
    pub area: Option<String>,
    /// Only those that last, or only those that have ended.
    pub active: Option<bool>,
}

/// Somebody who had a duty at a ticket's place when it was dispatched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    /// What.
    pub kind: DutyKind,
    /// Who.
    pub person: String,
    /// Telephone; may be empty.
    pub phone: String,
}
