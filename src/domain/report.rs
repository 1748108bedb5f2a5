//! Reports (上报): one stop of one inspector at one place, with its findings (问题). Append-only facts.

use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use super::criterion::{NewObservation, Observation};
use super::evidence::{DeclaredPhoto, Sha256Digest};
use super::geo::{Datum, Point};
use super::sync::captured::Estimate;
use super::text::Text;
use super::ticket::command::UnknownWord;

/// Who found what a report tells of (来源); it decides what a fault costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The city's inspectors.
    City,
    /// A district's own inspectors.
    District,
    /// 自查: the unit itself.
    SelfCheck,
    /// 省反馈: the list of a superior.
    Superior,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::City, Self::District, Self::SelfCheck, Self::Superior];

    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::District => "district",
            Self::SelfCheck => "self_check",
            Self::Superior => "superior",
        }
    }

    /// As people in the city say it.
    pub fn title(self) -> Text {
        match self {
            Self::City => Text::new("市级督查", "city"),
            Self::District => Text::new("区县督查", "district"),
            Self::SelfCheck => Text::new("自查", "self-check"),
            Self::Superior => Text::new("上级反馈", "superior"),
        }
    }
}

impl FromStr for Source {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        let source = all.find(|source| source.as_str() == word);
        source.ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// Longest note or finding text, in characters.
pub const MAX_TEXT_CHARS: usize = 4_000;
/// Most findings in one report.
pub const MAX_FINDINGS: usize = 50;
/// Most photos in one report.
pub const MAX_PHOTOS: usize = 100;

/// A position as the phone gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// Latitude in `datum`, degrees.
    pub lat: f64,
    /// Longitude in `datum`, degrees.
    pub lon: f64,
    /// Datum of the raw value.
    pub datum: Datum,
    /// Canonical position.
    pub point: Point,
    /// Accuracy radius in metres; none when the phone does not know.
    pub acc_m: Option<f64>,
    /// Age of the fix when it was taken for the report; none counts as fresh.
    pub fix_age_ms: Option<i64>,
    /// The phone says that the position was simulated.
    pub mock: bool,
}

impl Fix {
    /// Whether the fix says nothing of where the report was made: (0,0), or older than the policy allows.
    pub fn counts_as_missing(&self, max_age_s: u32) -> bool {
        let null_island = self.lat == 0.0 && self.lon == 0.0;
        let stale = self
            .fix_age_ms
            .is_some_and(|age| age > i64::from(max_age_s) * 1_000);
        null_island || stale
    }
}

/// Where a finding is, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// The phone's own fix, with its accuracy in metres if known.
    Fix(Point, Option<f64>),
    /// The check point's position stands in for a missing fix.
    CheckPoint(Point),
    /// Unknown.
    Missing,
}

impl Place {
    /// The place of a report: its fix if that counts, else its check point's position.
    pub fn of(fix: Option<&Fix>, check_point: Option<Point>, max_age_s: u32) -> Self {
        match fix.filter(|fix| !fix.counts_as_missing(max_age_s)) {
            Some(fix) => Self::Fix(fix.point, fix.acc_m),
            None => check_point.map_or(Self::Missing, Self::CheckPoint),
        }
    }

    /// The position, if there is one.
    pub fn point(&self) -> Option<Point> {
        match self {
            Self::Fix(point, _) | Self::CheckPoint(point) => Some(*point),
            Self::Missing => None,
        }
    }

    /// Accuracy radius in metres; a check point's position is surveyed and counts as exact.
    pub fn accuracy_m(&self) -> Option<f64> {
        match self {
            Self::Fix(_, acc_m) => *acc_m,
            Self::CheckPoint(_) => Some(0.0),
            Self::Missing => None,
        }
    }
}

/// A report as read from the wire, checked, not yet stored.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// Made by the phone.
    pub id: Uuid,
    /// Round that the stop was part of.
    pub round_id: Option<Uuid>,
    /// Check point, if the stop was at one.
    pub point_id: Option<Uuid>,
    /// Remark on the whole stop.
    pub note: String,
    /// Visited, nothing wrong.
    pub clean: bool,
    /// Position, if the phone had one.
    pub fix: Option<Fix>,
    /// Device clocks and anchors, raw.
    pub captured: serde_json::Value,
    /// When it was captured, as far as those tell.
    pub captured_at: Option<Estimate>,
    /// Every photo of the report.
    pub photos: Vec<DeclaredPhoto>,
    /// Faults seen; empty when `clean`.
    pub findings: Vec<NewFinding>,
    /// What was judged of the check point.
    pub observations: Vec<NewObservation>,
    /// The content as it came.
    pub raw: serde_json::Value,
    /// SHA-256 of the content's RFC 8785 form: equal content is the same report.
    pub canon_sha256: Sha256Digest,
}

/// A fault seen (问题).
#[derive(Debug, Clone)]
pub struct NewFinding {
    /// Made by the phone.
    pub id: Uuid,
    /// Code of the catalogue item, in the active version.
    pub item: String,
    /// Code of the filing condition, if the inspector named one.
    pub condition: Option<String>,
    /// Description.
    pub text: String,
    /// Danger to people: breaks the seal of a covert round.
    pub danger: bool,
    /// 立行立改: put right while the inspector stood there.
    pub fixed_on_site: bool,
    /// Photos of this fault; each is among the report's.
    pub photos: Vec<Uuid>,
}

/// A stored report as its sender or the office may read it.
#[derive(Debug, Clone)]
pub struct Report {
    /// Made by the phone.
    pub id: Uuid,
    /// Who sent it.
    pub account_id: Uuid,
    /// Who found what it tells of.
    pub source: Source,
    /// Round, if any.
    pub round_id: Option<Uuid>,
    /// Check point, if any.
    pub point_id: Option<Uuid>,
    /// Remark.
    pub note: String,
    /// Visited, nothing wrong.
    pub clean: bool,
    /// Canonical position, if known.
    pub point: Option<Point>,
    /// When the server had it.
    pub received_at: Timestamp,
    /// Its findings in the sender's order.
    pub findings: Vec<Finding>,
    /// What was judged, in the sender's order.
    pub observations: Vec<Observation>,
    /// Its photos in the sender's order.
    pub photos: Vec<ReportPhoto>,
}

/// A finding of a stored report and the ticket made of it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Made by the phone.
    pub id: Uuid,
    /// Catalogue code.
    pub item: String,
    /// Description.
    pub text: String,
    /// The ticket.
    pub ticket_id: Uuid,
    /// The ticket's state word.
    pub ticket_state: String,
    /// Why it waits in triage, if it does.
    pub triage_reasons: Vec<String>,
}

/// A photo of a stored report.
#[derive(Debug, Clone)]
pub struct ReportPhoto {
    /// Made by the phone.
    pub aid: Uuid,
    /// Whether the bytes are here, whole and verified.
    pub stored: bool,
    /// What could be made of them: `none`, `ready`, `unreadable`, `unsupported`.
    pub rendition: String,
}
