//! Bodies of ripple tasks.

use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fault::Faults;
use crate::domain::ripple::{Answer, MAX_FOUND, MAX_TEXT_CHARS, NewRipple};
use crate::services::Error;

/// What a supervisor asks of units (举一反三).
#[derive(Deserialize, ToSchema)]
pub struct RippleIn {
    /// The ticket of the typical fault; units that are asked do not learn which.
    ticket: Uuid,
    /// Codes of the units; every unit in force when left out.
    #[serde(default)]
    units: Option<Vec<String>>,
    /// What is asked.
    #[schema(example = "各单位对照排查无照游商")]
    text: String,
    /// Until when an answer is due (RFC 3339).
    due_at: String,
}

/// What a unit says.
#[derive(Deserialize, ToSchema)]
pub struct RippleAnswerIn {
    /// Code of the unit: the caller's own when left out.
    #[serde(default)]
    pub unit: Option<String>,
    /// In words.
    text: String,
    /// How many such faults it found with itself; they are counted nowhere else.
    found: u32,
    /// Of these, put right.
    put_right: u32,
}

impl RippleIn {
    /// What is asked, if everything in it can be.
    ///
    /// # Errors
    /// `invalid`, with every fault.
    pub fn parse(self) -> Result<NewRipple, Error> {
        let mut faults = Faults::default();
        check_text(&self.text, &mut faults);
        if self.units.as_ref().is_some_and(Vec::is_empty) {
            faults.add(
                "/units",
                "required",
                "至少一个单位，或不填",
                "at least one, or leave it out",
            );
        }
        match self.due_at.parse::<Timestamp>() {
            Ok(due_at) => faults.refuse_or(NewRipple {
                ticket_id: self.ticket,
                units: self.units,
                text: self.text,
                due_at,
            }),
            Err(_no_instant) => {
                faults.add(
                    "/due_at",
                    "does_not_fit",
                    "应为 RFC 3339 时刻",
                    "not an RFC 3339 instant",
                );
                faults.refuse()
            }
        }
    }
}

impl RippleAnswerIn {
    /// The answer, if it can be.
    ///
    /// # Errors
    /// `invalid`, with every fault.
    pub fn parse(self) -> Result<Answer, Error> {
        let mut faults = Faults::default();
        check_text(&self.text, &mut faults);
        if self.found > MAX_FOUND {
            let (zh, en) = (
                format!("不超过 {MAX_FOUND}"),
                format!("at most {MAX_FOUND}"),
            );
            faults.add("/found", "out_of_range", &zh, &en);
        }
        if self.put_right > self.found {
            faults.add(
                "/put_right",
                "out_of_range",
                "不能多于 found",
                "not more than found",
            );
        }
        faults.refuse_or(Answer {
            text: self.text,
            found: self.found,
            put_right: self.put_right,
        })
    }
}

fn check_text(text: &str, faults: &mut Faults) {
    if text.trim().is_empty() {
        faults.add("/text", "required", "必填", "must not be empty");
    }
    faults.check_length("/text", text, MAX_TEXT_CHARS);
}
