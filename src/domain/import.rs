//! Import files read into checked rows: what a file says is judged here, what it refers to (a unit, a district) later,
//! beside the database. Nothing is half-read: a file gives all its rows, or every fault in it with line and column.

mod calendar;
mod catalogue;
mod criterion;
mod feedback;
mod geography;
mod point;
mod sheet;
mod unit;
mod user;

use std::fmt;
use std::str::FromStr;

pub use calendar::parse_calendar;
pub use catalogue::{CatalogueFile, ConditionRow, parse_catalogue};
pub use criterion::{CriterionRow, parse_criteria};
pub use feedback::{FeedbackRow, parse_feedback};
pub use geography::parse_area_file;
pub use point::{PointRow, parse_points};
pub use unit::{UnitRow, parse_units};
pub use user::{UserRow, parse_users};

use super::text::Text;

/// Most faults told about one file; a file with more was made for something else.
pub const MAX_FAULTS: usize = 100;

/// What a file brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportKind {
    /// Districts and zones, `GeoJSON`.
    Areas,
    /// Responsible units (责任单位), CSV.
    Units,
    /// Accounts, CSV.
    Users,
    /// Catalogue items with their filing conditions (立案条件), CSV.
    Items,
    /// Criteria (测评标准), CSV.
    Criteria,
    /// Check points (点位), CSV.
    Points,
    /// Official calendar (工作日历), JSON.
    Calendar,
}

impl ImportKind {
    /// Every kind, in the order in which an empty system takes them.
    pub const ALL: [Self; 7] = [
        Self::Areas,
        Self::Units,
        Self::Users,
        Self::Items,
        Self::Criteria,
        Self::Points,
        Self::Calendar,
    ];

    /// The word used on the command line and in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Units => "units",
            Self::Users => "users",
            Self::Items => "items",
            Self::Criteria => "criteria",
            Self::Points => "points",
            Self::Calendar => "calendar",
        }
    }
}

/// A word that names nothing to import.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be imported: areas, units, users, items, criteria, points, calendar can")]
pub struct UnknownImportKind(pub String);

impl FromStr for ImportKind {
    type Err = UnknownImportKind;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownImportKind(word.to_owned()))
    }
}

/// Where in a file a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilePlace {
    /// The file as a whole.
    File,
    /// A line, counted from 1 with the header; for a row of several lines the first.
    Line(u64),
    /// A feature of a `GeoJSON` file, counted from 1.
    Feature(usize),
}

/// A row that cannot be imported, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Where it is.
    pub place: FilePlace,
    /// Column at fault, if it is one.
    pub column: Option<&'static str>,
    /// The reason, for the person who made the file.
    pub text: Text,
}

impl RowError {
    /// A fault of the whole file.
    pub fn file(text: Text) -> Self {
        Self {
            place: FilePlace::File,
            column: None,
            text,
        }
    }

    /// A fault in a column of a line.
    pub fn cell(line: u64, column: &'static str, text: Text) -> Self {
        Self {
            place: FilePlace::Line(line),
            column: Some(column),
            text,
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            FilePlace::File => f.write_str("file")?,
            FilePlace::Line(line) => write!(f, "line {line}")?,
            FilePlace::Feature(number) => write!(f, "feature {number}")?,
        }
        match self.column {
            Some(column) => write!(f, ", column {column}"),
            None => Ok(()),
        }
    }
}
