//! Reports on their way out.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::report::Report;
use crate::http::position::PositionOut;

/// A report as stored.
#[derive(Serialize, ToSchema)]
pub struct ReportOut {
    /// Made by the phone.
    id: Uuid,
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
    /// Photos, in the sender's order.
    attachments: Vec<ReportAttachmentOut>,
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
            point: report.point_id,
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
