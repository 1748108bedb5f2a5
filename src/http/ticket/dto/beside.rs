//! What a ticket is told of beside itself: the one before it, those that it may double, the people of its place.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::duty::Answering;
use crate::domain::half_day::HalfDay;
use crate::domain::integrity::IntegrityFlag;
use crate::domain::ticket::projection::{Earlier, Suggestion};

/// Who answers in person for the ticket's place.
#[derive(Serialize, ToSchema)]
pub struct AnsweringOut {
    /// `street_chief`, `point_chief`, `sponsor` or `frontage`.
    #[schema(example = "street_chief")]
    kind: &'static str,
    /// Who.
    person: String,
    /// Telephone; may be empty.
    phone: String,
}

impl From<Answering> for AnsweringOut {
    fn from(answering: Answering) -> Self {
        Self {
            kind: answering.kind.as_str(),
            person: answering.person,
            phone: answering.phone,
        }
    }
}

/// The ticket of the same fault that had been closed before.
#[derive(Serialize, ToSchema)]
pub struct EarlierOut {
    /// Id.
    id: Uuid,
    /// 台账编号.
    number: Option<String>,
    /// When it was closed.
    closed_at: Option<Timestamp>,
}

/// An open ticket that this one may be another sighting of.
#[derive(Serialize, ToSchema)]
pub struct SuggestionOut {
    /// Id: the `master` of a merge.
    ticket: Uuid,
    /// 台账编号.
    number: Option<String>,
    /// State.
    #[schema(example = "dispatched")]
    state: &'static str,
    /// Metres between the two.
    metres: f64,
    /// How long it has been here, in seconds.
    age_s: i64,
    /// A photo of it, for `attachments/{id}/thumb`; null while none is here.
    photo: Option<Uuid>,
    /// A photo of this ticket, to be held beside it.
    own_photo: Option<Uuid>,
}

impl From<Earlier> for EarlierOut {
    fn from(earlier: Earlier) -> Self {
        Self {
            id: earlier.ticket_id,
            number: earlier.number,
            closed_at: earlier.closed_at,
        }
    }
}

impl From<Suggestion> for SuggestionOut {
    fn from(suggestion: Suggestion) -> Self {
        Self {
            ticket: suggestion.ticket_id,
            number: suggestion.number,
            state: suggestion.state.as_str(),
            metres: suggestion.metres,
            age_s: suggestion.age.as_secs(),
            photo: suggestion.photo,
            own_photo: suggestion.own_photo,
        }
    }
}

/// A half day in the city.
#[derive(Serialize, ToSchema)]
pub struct HalfDayOut {
    /// The day.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// `morning` or `afternoon`.
    #[schema(example = "morning")]
    half: &'static str,
}

impl From<HalfDay> for HalfDayOut {
    fn from(it: HalfDay) -> Self {
        Self {
            date: it.date,
            half: it.half(),
        }
    }
}

/// The mark of a faked rectification (虚假整改).
#[derive(Serialize, ToSchema)]
pub struct IntegrityMarkOut {
    /// What was found.
    reason: String,
    /// Since when.
    flagged_at: Timestamp,
}

impl From<IntegrityFlag> for IntegrityMarkOut {
    fn from(flag: IntegrityFlag) -> Self {
        Self {
            reason: flag.reason,
            flagged_at: flag.flagged_at,
        }
    }
}
