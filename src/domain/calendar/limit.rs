//! Limits (处置时限): how long a unit has, in the unit the filing condition names. A value of these types
//! has been checked, so nothing behind them looks again.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a filing condition counts its limit in, spelled as in the catalogue's `limit_unit` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// 紧急工作时: wall-clock hours; nights and holidays count.
    UrgentHour,
    /// 工作时: hours inside shifts on work days.
    WorkHour,
    /// 工作日: counted as the [`WorkDayCounting`] policy says.
    WorkDay,
    /// 自然日: the same civil time so many days later.
    NaturalDay,
    /// 限期: an instant somebody named.
    Fixed,
}

impl LimitUnit {
    /// Every unit, in the order of the product's table.
    pub const ALL: [Self; 5] = [
        Self::UrgentHour,
        Self::WorkHour,
        Self::WorkDay,
        Self::NaturalDay,
        Self::Fixed,
    ];

    /// The word used in catalogues, the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UrgentHour => "urgent_hour",
            Self::WorkHour => "work_hour",
            Self::WorkDay => "work_day",
            Self::NaturalDay => "natural_day",
            Self::Fixed => "fixed",
        }
    }
}

impl FromStr for LimitUnit {
    type Err = LimitError;

    fn from_str(word: &str) -> Result<Self, LimitError> {
        Self::ALL
            .into_iter()
            .find(|unit| unit.as_str() == word)
            .ok_or_else(|| LimitError::UnknownUnit(word.to_owned()))
    }
}

/// How a work day (工作日) is counted: a policy, frozen on the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkDayCounting {
    /// One work day is 8 work hours, whatever the length of the unit's shifts.
    ElapsedHours,
    /// The end of the last shift of the n-th work day after the day of start.
    CloseOfNthDay,
}

impl WorkDayCounting {
    /// Both ways of counting, the demo city's default first.
    pub const ALL: [Self; 2] = [Self::ElapsedHours, Self::CloseOfNthDay];

    /// The word used in policies, the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ElapsedHours => "elapsed_hours",
            Self::CloseOfNthDay => "close_of_nth_day",
        }
    }
}

impl FromStr for WorkDayCounting {
    type Err = LimitError;

    fn from_str(word: &str) -> Result<Self, LimitError> {
        Self::ALL
            .into_iter()
            .find(|counting| counting.as_str() == word)
            .ok_or_else(|| LimitError::UnknownCounting(word.to_owned()))
    }
}

/// The number before the unit: 1 to [`LimitValue::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct LimitValue(u32);

impl LimitValue {
    /// More of any unit than this is a typing error: a thousand days outlive a campaign.
    pub const MAX: u32 = 1000;

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for LimitValue {
    type Error = LimitError;

    fn try_from(value: u32) -> Result<Self, LimitError> {
        match value {
            0 => Err(LimitError::Zero),
            1..=Self::MAX => Ok(Self(value)),
            _ => Err(LimitError::TooLong(value)),
        }
    }
}

impl From<LimitValue> for u32 {
    fn from(value: LimitValue) -> Self {
        value.0
    }
}

/// What a limit and its pauses are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Time inside shifts on work days.
    Work,
    /// Every second of the day and night.
    Wall,
}

/// A limit (处置时限) as frozen on a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// 紧急工作时.
    UrgentHours(LimitValue),
    /// 工作时.
    WorkHours(LimitValue),
    /// 工作日.
    WorkDays(LimitValue, WorkDayCounting),
    /// 自然日.
    NaturalDays(LimitValue),
    /// 限期.
    Fixed(Timestamp),
}

impl Limit {
    /// A counted limit; `counting` matters to work days only. `Fixed` is refused: it takes an instant,
    /// see [`Limit::Fixed`].
    pub fn new(value: u32, unit: LimitUnit, counting: WorkDayCounting) -> Result<Self, LimitError> {
        let value = LimitValue::try_from(value)?;
        match unit {
            LimitUnit::UrgentHour => Ok(Self::UrgentHours(value)),
            LimitUnit::WorkHour => Ok(Self::WorkHours(value)),
            LimitUnit::WorkDay => Ok(Self::WorkDays(value, counting)),
            LimitUnit::NaturalDay => Ok(Self::NaturalDays(value)),
            LimitUnit::Fixed => Err(LimitError::FixedIsAnInstant),
        }
    }

    /// The unit it is counted in.
    #[must_use]
    pub const fn unit(&self) -> LimitUnit {
        match self {
            Self::UrgentHours(_) => LimitUnit::UrgentHour,
            Self::WorkHours(_) => LimitUnit::WorkHour,
            Self::WorkDays(..) => LimitUnit::WorkDay,
            Self::NaturalDays(_) => LimitUnit::NaturalDay,
            Self::Fixed(_) => LimitUnit::Fixed,
        }
    }

    /// The number before the unit; `None` for a fixed instant.
    #[must_use]
    pub const fn value(&self) -> Option<LimitValue> {
        match self {
            Self::UrgentHours(value)
            | Self::WorkHours(value)
            | Self::WorkDays(value, _)
            | Self::NaturalDays(value) => Some(*value),
            Self::Fixed(_) => None,
        }
    }

    /// Work time for work hours and work days, wall time for the rest.
    #[must_use]
    pub const fn basis(&self) -> Basis {
        match self {
            Self::WorkHours(_) | Self::WorkDays(..) => Basis::Work,
            Self::UrgentHours(_) | Self::NaturalDays(_) | Self::Fixed(_) => Basis::Wall,
        }
    }
}

/// Why a limit is refused; an importer adds the line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Zero of anything is no limit.
    #[error("a limit of 0 leaves no time: give at least 1")]
    Zero,
    /// More than [`LimitValue::MAX`].
    #[error("a limit of {0} is longer than any case: at most {max}", max = LimitValue::MAX)]
    TooLong(u32),
    /// Not a word of [`LimitUnit`].
    #[error(
        "unknown limit unit {0:?}: one of urgent_hour, work_hour, work_day, natural_day, fixed"
    )]
    UnknownUnit(String),
    /// Not a word of [`WorkDayCounting`].
    #[error("unknown work day counting {0:?}: elapsed_hours or close_of_nth_day")]
    UnknownCounting(String),
    /// A number where 限期 needs a date and time.
    #[error("a fixed limit is an instant, not a number")]
    FixedIsAnInstant,
}
