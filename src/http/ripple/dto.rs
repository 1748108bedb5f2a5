//! Ripple tasks on their way out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::page::Page;
use crate::domain::ripple::{Ripple, RippleUnit};

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RipplesQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    pub limit: Option<u32>,
}

/// A page of ripple tasks.
#[derive(Serialize, ToSchema)]
pub struct RipplePageOut {
    /// The latest first.
    items: Vec<RippleOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// A ripple task (举一反三).
#[derive(Serialize, ToSchema)]
pub struct RippleOut {
    /// Id.
    id: Uuid,
    /// Ticket of the typical fault; for the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<Uuid>,
    /// Code of its item.
    #[schema(example = "E0501")]
    item: String,
    /// What is asked.
    text: String,
    /// Until when an answer is due.
    due_at: Timestamp,
    /// Since when.
    created_at: Timestamp,
    /// Account of who asks; for the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Uuid>,
    /// How many units are asked, of those below.
    asked: usize,
    /// How many of these have answered.
    answered: usize,
    /// The units: for the office all, for a unit itself and those below it; by code.
    units: Vec<RippleUnitOut>,
}

/// A unit that is asked.
#[derive(Serialize, ToSchema)]
pub struct RippleUnitOut {
    /// Code.
    #[schema(example = "371602-urban_management")]
    unit: String,
    /// Name.
    name: String,
    /// What it says; none until it has.
    answer: Option<RippleAnswerOut>,
}

/// What a unit says.
#[derive(Serialize, ToSchema)]
pub struct RippleAnswerOut {
    /// In words.
    text: String,
    /// How many such faults it found with itself; they are counted nowhere else.
    found: u32,
    /// Of these, put right.
    put_right: u32,
    /// When it said so.
    answered_at: Timestamp,
    /// Whether that was too late.
    late: bool,
}

impl From<Ripple> for RippleOut {
    fn from(ripple: Ripple) -> Self {
        let answered = ripple.units.iter().filter(|unit| unit.answer.is_some());
        Self {
            id: ripple.id,
            ticket: ripple.ticket_id,
            item: ripple.item.code,
            text: ripple.text,
            due_at: ripple.due_at,
            created_at: ripple.created_at,
            created_by: ripple.created_by,
            asked: ripple.units.len(),
            answered: answered.count(),
            units: ripple
                .units
                .into_iter()
                .map(|unit| unit_out(unit, ripple.due_at))
                .collect(),
        }
    }
}

fn unit_out(it: RippleUnit, due_at: Timestamp) -> RippleUnitOut {
    RippleUnitOut {
        unit: it.unit.code,
        name: it.unit.name,
        answer: it.answer.map(|said| RippleAnswerOut {
            text: said.answer.text,
            found: said.answer.found,
            put_right: said.answer.put_right,
            answered_at: said.at,
            late: said.at > due_at,
        }),
    }
}

impl From<Page<Ripple>> for RipplePageOut {
    fn from(page: Page<Ripple>) -> Self {
        let page = page.map(RippleOut::from);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}
