//! Reports and their findings, for who sent them and the office.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{is_false, is_zero_64, maybe_seconds, seconds};
use crate::domain::criterion::Observation;

/// A report (上报).
#[derive(Debug, Clone, Serialize)]
pub struct ReportDoc {
    /// Round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Uuid>,
    /// Check point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<Uuid>,
    /// Remark.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Visited, nothing wrong.
    #[serde(skip_serializing_if = "is_false")]
    pub clean: bool,
    /// Latitude that counts, WGS-84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Longitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// When the server had it.
    #[serde(serialize_with = "seconds")]
    pub received_at: Timestamp,
    /// When it was captured, as far as can be told.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    pub captured_at: Option<Timestamp>,
    /// By which method that was estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_by: Option<String>,
    /// Bound of its error, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_error_s: Option<i32>,
    /// How many other contents came under its id.
    #[serde(skip_serializing_if = "is_zero_64")]
    pub amendments: i64,
    /// What was judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<ObservationDoc>,
    /// Who sent it, by its pseudonym; office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspector: Option<Uuid>,
}

/// What a report says of a criterion.
#[derive(Debug, Clone, Serialize)]
pub struct ObservationDoc {
    /// Code of the criterion.
    pub criterion: String,
    /// `met`, `not_met` or `excluded`.
    pub verdict: &'static str,
    /// Why it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<String>,
    /// The figure: what was counted; of a wait seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<u32>,
    /// Of how many, or over how many metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of: Option<u32>,
    /// The fault by which the point is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Uuid>,
}

impl From<Observation> for ObservationDoc {
    fn from(it: Observation) -> Self {
        Self {
            criterion: it.criterion,
            verdict: it.verdict.as_str(),
            exclusion: it.exclusion,
            amount: it.measure.map(|measure| measure.amount),
            out_of: it.measure.and_then(|measure| measure.out_of),
            finding: it.finding_id,
        }
    }
}

/// A finding (问题).
#[derive(Debug, Clone, Serialize)]
pub struct FindingDoc {
    /// Its report.
    pub report: Uuid,
    /// Its place in the report, from 0.
    pub ordinal: i16,
    /// Scheme of its item.
    pub scheme: String,
    /// Version of its item.
    pub version: String,
    /// Code of its item.
    pub item: String,
    /// Code of the filing condition that the inspector named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Danger to people.
    #[serde(skip_serializing_if = "is_false")]
    pub danger: bool,
    /// 立行立改.
    #[serde(skip_serializing_if = "is_false")]
    pub fixed_on_site: bool,
    /// The ticket made of it.
    pub ticket: Uuid,
}
