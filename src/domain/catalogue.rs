//! The catalogue of the assessment (测评体系): items and the conditions under which a finding becomes a ticket.
//! It is versioned data, never an enum; a ticket keeps the version that it was filed under.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::calendar::LimitUnit;
use super::text::Text;

/// A catalogue item's name: scheme, version and code (测评项目).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey {
    /// Scheme, such as a city's own.
    pub scheme: String,
    /// Version, usually the year.
    pub version: String,
    /// Code within the version.
    pub code: String,
}

impl ItemKey {
    /// Whether both are versions of one item.
    pub fn is_same_in_any_version(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.code == other.code
    }
}

/// What a finding of an item is about; behaviour and service leave no after-state to photograph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// Something that is there and should not be, or the other way round.
    Thing,
    /// Too few of something.
    Count,
    /// What people do.
    Behaviour,
    /// How people are served.
    Service,
}

impl ItemKind {
    const ALL: [Self; 4] = [Self::Thing, Self::Count, Self::Behaviour, Self::Service];

    /// The word used in files and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Thing => "thing",
            Self::Count => "count",
            Self::Behaviour => "behaviour",
            Self::Service => "service",
        }
    }

    /// Whether rectification is shown by a control measure in words instead of photos.
    pub fn is_shown_in_words(self) -> bool {
        matches!(self, Self::Behaviour | Self::Service)
    }
}

/// How a ticket may be closed (结案条件).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosingPolicy {
    /// Somebody else looks at it again (核查).
    Recheck,
    /// The officer's submission closes it.
    Unit,
}

impl ClosingPolicy {
    const ALL: [Self; 2] = [Self::Recheck, Self::Unit];

    /// The word used in files and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recheck => "recheck",
            Self::Unit => "unit",
        }
    }
}

/// A word that the catalogue does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not one of {expected}")]
pub struct UnknownWord {
    /// What was found.
    pub word: String,
    /// What is known.
    pub expected: &'static str,
}

impl FromStr for ItemKind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownWord {
                word: word.to_owned(),
                expected: "thing, count, behaviour, service",
            })
    }
}

impl FromStr for ClosingPolicy {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == word)
            .ok_or_else(|| UnknownWord {
                word: word.to_owned(),
                expected: "recheck, unit",
            })
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.scheme, self.version, self.code)
    }
}

/// A catalogue item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueItem {
    /// Its name in the catalogue.
    pub key: ItemKey,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// What a finding of it is about.
    pub kind: ItemKind,
    /// 大类: what the edition groups it in.
    pub major: Option<Text>,
    /// Two findings of it this close are the same place, in metres; none: as the policy says.
    pub radius_m: Option<u32>,
}

/// A filing condition: when to file, when to close, how long (立案条件、结案条件、处置时限).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingCondition {
    /// Row id.
    pub id: Uuid,
    /// The item it belongs to.
    pub item: ItemKey,
    /// Code within the item.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Kinds of places where it applies, as text.
    pub places_zh: String,
    /// Subject that leads (牵头), such as `sanitation`.
    pub lead_subject: String,
    /// Subjects that cooperate (配合).
    pub cooperating: Vec<String>,
    /// Limit in `limit_unit`.
    pub limit_value: u32,
    /// Unit of the limit.
    pub limit_unit: LimitUnit,
    /// How a ticket under it may be closed.
    pub closing_policy: ClosingPolicy,
    /// Photos that the finding must declare.
    pub min_before_photos: u32,
    /// Photos that a submission must declare.
    pub min_after_photos: u32,
    /// Whether it is dangerous whatever the inspector says.
    pub danger: bool,
    /// Where the limit was taken from.
    pub limit_source: String,
}
