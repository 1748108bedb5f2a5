//! Hand-overs on the wire.

use actix_web::HttpResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::handover::{Between, Handover};
use crate::domain::ticket::command::MAX_OPINION_CHARS;
use crate::services::Error;
use crate::services::input::fault::Faults;

/// To which unit.
#[derive(Deserialize, ToSchema)]
pub struct UnitHandoverIn {
    /// Code of the unit that takes over.
    #[schema(example = "371602-landscape")]
    pub to: String,
    /// Why.
    pub opinion: String,
}

/// To whom.
#[derive(Deserialize, ToSchema)]
pub struct PersonHandoverIn {
    /// Id or user name of the officer who takes over; null for nobody in particular.
    #[serde(default)]
    #[schema(example = "officer-371602")]
    pub to: Option<String>,
    /// Why.
    pub opinion: String,
}

/// A reason in words, within its length.
///
/// # Errors
/// `invalid`.
pub fn reason(opinion: &str) -> Result<String, Error> {
    let mut faults = Faults::default();
    if opinion.trim().is_empty() {
        faults.add("/opinion", "required", "必填", "must not be empty");
    }
    faults.check_length("/opinion", opinion, MAX_OPINION_CHARS);
    faults.refuse_or(opinion.trim().to_owned())
}

/// A hand-over (移交), and how far it has come.
#[derive(Serialize, ToSchema)]
pub struct HandoverOut {
    /// Id.
    id: Uuid,
    /// `unit` or `person`.
    #[schema(example = "unit")]
    kind: &'static str,
    /// Unit or account that had the tickets.
    from: Uuid,
    /// Unit or account that gets them; none for nobody in particular.
    to: Option<Uuid>,
    /// Why.
    opinion: String,
    /// When it was ordered.
    ordered_at: Timestamp,
    /// Tickets when it was ordered.
    total: i64,
    /// Tickets handed over so far.
    done: i64,
    /// When nothing was left; null while it goes on.
    finished_at: Option<Timestamp>,
}

impl From<Handover> for HandoverOut {
    fn from(handover: Handover) -> Self {
        let (kind, from, to) = match handover.between {
            Between::Units { from, to } => ("unit", from, Some(to)),
            Between::People { from, to } => ("person", from, to),
        };
        Self {
            id: handover.id,
            kind,
            from,
            to,
            opinion: handover.opinion,
            ordered_at: handover.ordered_at,
            total: handover.total,
            done: handover.done,
            finished_at: handover.finished_at,
        }
    }
}

/// 200 when everything is handed over, 202 while the worker goes on.
pub fn respond(handover: Handover) -> HttpResponse {
    let mut response = match handover.finished_at {
        Some(_) => HttpResponse::Ok(),
        None => HttpResponse::Accepted(),
    };
    response.json(HandoverOut::from(handover))
}
