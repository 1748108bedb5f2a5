//! Deductions (扣分): what a fault costs the unit that answers for it, by who found it. The figures are policies of the city.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::Source;
use super::ticket::Ticket;
use super::ticket::machine::State;

/// Points, exact to hundredths; written as a decimal number in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Points(u32);

/// Most points of one fault, in hundredths.
const MOST: u32 = 10_000;

/// A text that is no number of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("points are 0 to 100 with at most two decimals, such as \"0.3\"")]
pub struct NoPoints;

impl Points {
    /// From hundredths.
    pub const fn hundredths(hundredths: u32) -> Self {
        Self(hundredths)
    }

    /// In hundredths.
    pub const fn in_hundredths(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, tenth, hundredth) = (self.0 / 100, self.0 / 10 % 10, self.0 % 10);
        match (tenth, hundredth) {
            (0, 0) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{tenth}"),
            _ => write!(f, "{whole}.{tenth}{hundredth}"),
        }
    }
}

impl FromStr for Points {
    type Err = NoPoints;

    fn from_str(text: &str) -> Result<Self, NoPoints> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
            return Err(NoPoints);
        }
        let whole: u32 = whole.parse().map_err(|_too_long| NoPoints)?;
        let hundredths: u32 = format!("{decimals:0<2}")
            .parse()
            .map_err(|_too_long| NoPoints)?;
        let points = whole
            .checked_mul(100)
            .and_then(|it| it.checked_add(hundredths));
        points
            .filter(|points| *points <= MOST)
            .map(Self)
            .ok_or(NoPoints)
    }
}

impl From<Points> for String {
    fn from(points: Points) -> Self {
        points.to_string()
    }
}

impl TryFrom<String> for Points {
    type Error = NoPoints;

    fn try_from(text: String) -> Result<Self, NoPoints> {
        text.parse()
    }
}

/// Why a fault costs what it costs: the heaviest that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// It was found.
    Found,
    /// It is not put right in time, or was not.
    Late,
    /// It is there again after it had been put right (反弹).
    Repeated,
}

impl Ground {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Late => "late",
            Self::Repeated => "repeated",
        }
    }

    /// Why a ticket costs something at an instant; none while it is not filed, or when it came to nothing. Who has appealed with
    /// success is not late.
    pub fn of(ticket: &Ticket, at: Timestamp) -> Option<Self> {
        let late = ticket.closed_late() || ticket.is_overdue_at(at);
        Self::heaviest(
            ticket.state,
            ticket.recurrence_of.is_some(),
            late,
            ticket.exempt,
        )
    }

    /// The same of a ticket of which no more than this is known.
    pub fn heaviest(state: State, repeated: bool, late: bool, exempt: bool) -> Option<Self> {
        match state {
            State::Triage | State::Rejected | State::Merged | State::Voided => None,
            _ if repeated => Some(Self::Repeated),
            _ if late && !exempt => Some(Self::Late),
            _ => Some(Self::Found),
        }
    }
}

/// What a fault costs that one sort of finder found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Found.
    pub found: Points,
    /// Found, and not put right in time.
    pub late: Points,
    /// There again.
    pub repeated: Points,
}

impl Scale {
    /// A scale in hundredths of points.
    pub const fn hundredths(found: u32, late: u32, repeated: u32) -> Self {
        Self {
            found: Points(found),
            late: Points(late),
            repeated: Points(repeated),
        }
    }

    /// What a fault costs for this reason.
    pub fn points(&self, ground: Ground) -> Points {
        match ground {
            Ground::Found => self.found,
            Ground::Late => self.late,
            Ground::Repeated => self.repeated,
        }
    }
}

/// A lost point (失分项): a fault with the ticket by which it is put right, the criteria that it goes against, and what it costs.
#[derive(Debug, Clone)]
pub struct LostPoint {
    /// The ticket.
    pub ticket: Ticket,
    /// Who found it first.
    pub source: Source,
    /// The round in which that was; for the office.
    pub round_id: Option<uuid::Uuid>,
    /// Codes of the criteria that it and its further sightings go against.
    pub criteria: Vec<String>,
    /// What it costs, and why; none while it is not filed.
    pub deduction: Option<(Ground, Points)>,
}
