//! The bulletin (通报): what the supervision office publishes about a period. Once frozen it is its data and its page, to the byte; all that
//! it says is in the data, so that anyone can make the figures again.

pub mod chart;
pub mod map;
pub mod page;
pub mod table;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::map::Outline;
use super::supervision::fraction::Fraction;
use super::supervision::period::Period;

/// Most cases with pictures.
pub const MAX_CASES: usize = 12;
/// Longest title, in characters.
pub const MAX_TITLE_CHARS: usize = 100;
/// Longest foreword, in characters.
pub const MAX_FOREWORD_CHARS: usize = 5_000;

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulletinState {
    /// 草稿.
    Draft,
    /// 定稿: numbered, never to change.
    Frozen,
    /// 印发.
    Published,
}

impl BulletinState {
    const ALL: [Self; 3] = [Self::Draft, Self::Frozen, Self::Published];

    /// The word used in the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Frozen => "frozen",
            Self::Published => "published",
        }
    }

    /// Reads the word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What a person decides about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Title.
    pub title: String,
    /// What stands before the figures; paragraphs by line.
    pub foreword: String,
    /// The period that it is about.
    pub period: Period,
    /// As known then; none is the end of the period, or the freezing if that is earlier.
    pub as_of: Option<Timestamp>,
    /// Tickets shown with their pictures.
    pub cases: Vec<Uuid>,
}

/// A bulletin without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    /// Server-made, v4.
    pub id: Uuid,
    /// `TB-2026-001`, from the freezing on.
    pub number: Option<String>,
    /// How far it has come.
    pub state: BulletinState,
    /// What a person decided.
    pub draft: Draft,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was frozen.
    pub frozen_at: Option<Timestamp>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// SHA-256 of its content.
    pub hash: Option<Vec<u8>>,
}

/// What is frozen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// `TB-2026-001`; empty in the preview of a draft.
    pub number: String,
    /// Title.
    pub title: String,
    /// What stands before the figures.
    pub foreword: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// As known then.
    pub as_of: Timestamp,
    /// The same in the city's own time, as it is printed.
    pub as_of_local: String,
    /// What each figure means.
    pub definitions: Vec<Definition>,
    /// What "due in the period" means.
    pub due: Both,
    /// The whole city.
    pub city: Vec<Figure>,
    /// Each district.
    pub districts: Vec<DistrictFigures>,
    /// Boards, each with rows.
    pub boards: Vec<BoardTable>,
    /// Before and after.
    pub cases: Vec<Case>,
    /// What earlier bulletins said that is different now.
    pub errata: Vec<Erratum>,
    /// Places on their boards that are others now. Bulletins of an earlier program say nothing of them.
    #[serde(default)]
    pub board_errata: Vec<BoardErratum>,
    /// The districts on the map.
    pub outlines: Vec<Outline>,
}

/// Words in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both {
    /// 中文.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What a figure means.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Definition {
    /// Code of the indicator.
    pub indicator: String,
    /// Version of the definition.
    pub version: u32,
    /// Its name.
    pub name: Both,
    /// What it counts of what.
    pub text: Both,
}

/// An indicator's exact fraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Code of the indicator.
    pub indicator: String,
    /// How many count.
    pub numerator: u64,
    /// Of how many.
    pub denominator: u64,
}

impl Figure {
    /// The fraction.
    pub fn fraction(&self) -> Fraction {
        Fraction {
            numerator: self.numerator,
            denominator: self.denominator,
        }
    }
}

/// The figures of a district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistrictFigures {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Every indicator.
    pub figures: Vec<Figure>,
}

impl DistrictFigures {
    /// The fraction of an indicator.
    pub fn of(&self, indicator: &str) -> Fraction {
        find(&self.figures, indicator)
    }
}

/// The fraction of an indicator among figures; empty where there is none.
pub fn find(figures: &[Figure], indicator: &str) -> Fraction {
    let figure = figures.iter().find(|it| it.indicator == indicator);
    figure.map(Figure::fraction).unwrap_or_default()
}

/// A board as it is printed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BoardTable {
    /// Type of unit.
    pub name: Both,
    /// Code of the indicator that it ranks by.
    pub indicator: String,
    /// Best first.
    pub rows: Vec<BoardLine>,
    /// The last rank, unless all share one.
    pub last_rank: Option<u32>,
    /// 本次未测评.
    pub uninvolved: Vec<String>,
}

impl BoardTable {
    /// A unit's line.
    pub fn line(&self, code: &str) -> Option<&BoardLine> {
        self.rows.iter().find(|line| line.code == code)
    }
}

/// A line of a board.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BoardLine {
    /// 1 is best.
    pub rank: u32,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How many count.
    pub numerator: u64,
    /// Of how many.
    pub denominator: u64,
    /// Rank of the period before.
    pub rank_before: Option<u32>,
    /// 退件.
    pub returns: u64,
    /// 并案.
    pub merges: u64,
    /// 强制结案.
    pub forced: u64,
    /// 临期延期.
    pub last_hour_extensions: u64,
    /// Periods in a row in the last place.
    pub periods_last: u32,
    /// What follows from it.
    pub consequence: Option<String>,
}

/// A ticket with its pictures.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Case {
    /// 台账编号.
    pub number: String,
    /// Name of the item.
    pub item: Both,
    /// Description.
    pub text: String,
    /// District.
    pub district: Option<String>,
    /// Lead unit.
    pub lead_unit: Option<String>,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether it was closed late.
    pub late: bool,
    /// JPEG as a data URI; none where no picture is here.
    pub before: Option<String>,
    /// The same after rectification.
    pub after: Option<String>,
}

/// A figure of an earlier bulletin that a granted appeal has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erratum {
    /// Number of the bulletin.
    pub bulletin: String,
    /// Code of the district; none is the whole city.
    pub district: Option<String>,
    /// Its name.
    pub name: String,
    /// What it said last, in that bulletin or in an erratum since.
    pub was: Figure,
    /// What is right.
    pub is: Figure,
}

/// A unit's place on a board, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// 1 is best; none is not measured (本次未测评).
    pub rank: Option<u32>,
    /// How many count.
    pub numerator: u64,
    /// Of how many.
    pub denominator: u64,
    /// Periods in a row in the last place.
    pub periods_last: u32,
    /// What follows from it.
    pub consequence: Option<String>,
}

impl From<&BoardLine> for Standing {
    fn from(line: &BoardLine) -> Self {
        Self {
            rank: Some(line.rank),
            numerator: line.numerator,
            denominator: line.denominator,
            periods_last: line.periods_last,
            consequence: line.consequence.clone(),
        }
    }
}

/// A place on a board of an earlier bulletin that a granted appeal, of whatever unit, has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardErratum {
    /// Number of the bulletin.
    pub bulletin: String,
    /// Type of unit.
    pub board: Both,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it said last, in that bulletin or in an erratum since.
    pub was: Standing,
    /// What is right.
    pub is: Standing,
}
