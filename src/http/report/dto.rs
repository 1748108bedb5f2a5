//! Reports on their way out.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::criterion::Observation;
use crate::domain::report::Report;
use crate::http::position::PositionOut;

/// A report as stored.
#[derive(Serialize, ToSchema)]
pub struct ReportOut {
    /// Made by the phone.
    id: Uuid,
    /// Who found it: `city`, `district`, `self_check` (自查) or `superior` (省反馈).
    #[schema(example = "city")]
    source: &'static str,
    /// Inspection round.
    round: Option<Uuid>,
    /// Check point.
    point: Option<Uuid>,
    /// Remark.
    note: String,
    /// Visited, nothing wrong.
    clean: bool,
    /// Position that counts; none when the fix was missing, (0,0) or stale.
    position: Option<PositionOut>,
    /// When the server had it.
    received_at: Timestamp,
    /// Faults, in the sender's order.
    findings: Vec<FindingOut>,
    /// What was judged, in the sender's order.
    observations: Vec<ObservationOut>,
    /// Photos, in the sender's order.
    attachments: Vec<ReportAttachmentOut>,
}

/// What the report says of a criterion.
#[derive(Serialize, ToSchema)]
pub struct ObservationOut {
    /// Code of the criterion.
    criterion: String,
    /// `met`, `not_met` or `excluded`.
    #[schema(example = "met")]
    verdict: &'static str,
    /// Why it is left out.
    exclusion: Option<String>,
    /// What was counted; of a wait seconds.
    amount: Option<u32>,
    /// Of how many, or over how many metres.
    out_of: Option<u32>,
    /// The fault by which the point is lost.
    finding: Option<Uuid>,
}

/// A fault and its ticket.
#[derive(Serialize, ToSchema)]
pub struct FindingOut {
    /// Made by the phone.
    id: Uuid,
    /// Code of the item.
    item: String,
    /// Description.
    text: String,
    /// The ticket made of it.
    ticket: FindingTicketOut,
}

/// The ticket of a finding.
#[derive(Serialize, ToSchema)]
pub struct FindingTicketOut {
    /// Id.
    id: Uuid,
    /// State.
    #[schema(example = "dispatched")]
    state: String,
    /// Why it waits for a clerk; empty when it does not.
    reasons: Vec<String>,
}

/// A photo of a report.
#[derive(Serialize, ToSchema)]
pub struct ReportAttachmentOut {
    /// Made by the phone.
    aid: Uuid,
    /// The bytes are here, whole and verified.
    stored: bool,
    /// `none`, `ready`, `unreadable` or `unsupported`.
    rendition: String,
}

impl From<Report> for ReportOut {
    fn from(report: Report) -> Self {
        Self {
            id: report.id,
            source: report.source.as_str(),
            round: report.round_id,
            point: report.point_id,
            observations: report
                .observations
                .into_iter()
                .map(ObservationOut::from)
                .collect(),
            note: report.note,
            clean: report.clean,
            position: report.point.map(PositionOut::from),
            received_at: report.received_at,
            findings: report
                .findings
                .into_iter()
                .map(|finding| FindingOut {
                    id: finding.id,
                    item: finding.item,
                    text: finding.text,
                    ticket: FindingTicketOut {
                        id: finding.ticket_id,
                        state: finding.ticket_state,
                        reasons: finding.triage_reasons,
                    },
                })
                .collect(),
            attachments: report
                .photos
                .into_iter()
                .map(|photo| ReportAttachmentOut {
                    aid: photo.aid,
                    stored: photo.stored,
                    rendition: photo.rendition,
                })
                .collect(),
        }
    }
}

impl From<Observation> for ObservationOut {
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
