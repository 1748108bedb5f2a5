//! How many filed tickets there are (统计), by what one wants to compare.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use uuid::Uuid;

/// What tickets are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// District.
    District,
    /// Lead unit.
    Unit,
    /// Catalogue item.
    Item,
    /// Day of filing, in the city.
    Day,
    /// Month of filing.
    Month,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::District,
        Self::Unit,
        Self::Item,
        Self::Day,
        Self::Month,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Unit => "unit",
            Self::Item => "item",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Nothing is counted by this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown dimension {0:?}")]
pub struct UnknownDimension(String);

impl FromStr for Dimension {
    type Err = UnknownDimension;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|it| it.as_str() == word);
        known.ok_or_else(|| UnknownDimension(word.to_owned()))
    }
}

/// Which tickets are counted.
#[derive(Debug, Clone)]
pub struct TallyFilter {
    /// Filed on this day or later.
    pub from: Date,
    /// Filed on this day or earlier.
    pub to: Date,
    /// In this district.
    pub district: Option<String>,
    /// Led by one of these units; none: by any.
    pub units: Option<Vec<Uuid>>,
    /// Of this item.
    pub item: Option<String>,
}

/// What a group of tickets has in common; nothing where it is not counted by that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TallyKey {
    /// Day or month of filing.
    pub period: Option<String>,
    /// Code of the district; empty outside of all.
    pub district: Option<String>,
    /// Lead unit.
    pub unit: Option<Uuid>,
    /// Code of the item.
    pub item: Option<String>,
}

/// How many tickets of a group there are. Voided ones are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// All of them.
    pub filed: i64,
    /// Not closed yet.
    pub open: i64,
    /// Of these, overdue now.
    pub overdue: i64,
    /// 按期结案.
    pub closed_on_time: i64,
    /// 超期结案.
    pub closed_late: i64,
    /// Closed, and left out of the two before: an appeal was approved.
    pub exempt: i64,
}
