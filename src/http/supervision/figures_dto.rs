//! Figures on the wire. Numbers that people compare are exact: numerator, denominator, and a percentage as text.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::supervision::fraction::Fraction;
use crate::domain::supervision::indicator::{Indicator, due_in_the_period};
use crate::domain::supervision::period::Period;
use crate::domain::text::Text;
use crate::services::supervision::{FigureRow, Figures, TicketBehind};

/// A text in both languages.
#[derive(Serialize, ToSchema)]
pub struct BothOut {
    /// 中文.
    zh: String,
    /// English.
    en: String,
}

impl From<Text> for BothOut {
    fn from(text: Text) -> Self {
        Self {
            zh: text.zh.into_owned(),
            en: text.en.into_owned(),
        }
    }
}

/// A period.
#[derive(Serialize, ToSchema)]
pub struct PeriodOut {
    /// First day.
    #[schema(value_type = String, example = "2026-11-01")]
    from: Date,
    /// Last day.
    #[schema(value_type = String, example = "2026-11-30")]
    to: Date,
}

impl From<Period> for PeriodOut {
    fn from(period: Period) -> Self {
        Self {
            from: period.from,
            to: period.to,
        }
    }
}

/// An exact fraction.
#[derive(Serialize, ToSchema)]
pub struct FractionOut {
    /// How many count.
    #[schema(example = 911)]
    numerator: u64,
    /// Of how many.
    #[schema(example = 972)]
    denominator: u64,
    /// Rounded half up to two decimals; null for an empty denominator.
    #[schema(example = "93.72")]
    percent: Option<String>,
    /// As people print it; `—` for an empty denominator.
    #[schema(example = "93.72%")]
    text: String,
}

impl From<Fraction> for FractionOut {
    fn from(fraction: Fraction) -> Self {
        Self {
            numerator: fraction.numerator,
            denominator: fraction.denominator,
            percent: fraction.percent(),
            text: fraction.text(),
        }
    }
}

/// What an indicator counts.
#[derive(Serialize, ToSchema)]
pub struct DefinitionOut {
    /// Its code.
    #[schema(example = "closure")]
    indicator: &'static str,
    /// Version of the definition.
    version: u32,
    /// Its name.
    name: BothOut,
    /// Of what it counts what.
    definition: BothOut,
}

impl From<Indicator> for DefinitionOut {
    fn from(indicator: Indicator) -> Self {
        Self {
            indicator: indicator.code(),
            version: indicator.version(),
            name: indicator.name().into(),
            definition: indicator.definition().into(),
        }
    }
}

/// Figures of a period.
#[derive(Serialize, ToSchema)]
pub struct FiguresOut {
    /// The period.
    period: PeriodOut,
    /// As known then: the same answer whenever it is asked for.
    as_of: Timestamp,
    /// What each indicator counts.
    definitions: Vec<DefinitionOut>,
    /// What "due in the period" means.
    due_in_the_period: BothOut,
    /// One row for each group.
    items: Vec<FigureRowOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

/// A row of figures.
#[derive(Serialize, ToSchema)]
pub struct FigureRowOut {
    /// Code of the unit, district or item, kind of unit, or id of the round; null for the city, and for tickets that have none.
    key: Option<String>,
    /// Its name.
    name: BothOut,
    /// Every indicator, in the order of the definitions.
    figures: Vec<FigureOut>,
}

/// An indicator of a row.
#[derive(Serialize, ToSchema)]
pub struct FigureOut {
    /// Its code.
    indicator: &'static str,
    /// The fraction.
    #[serde(flatten)]
    fraction: FractionOut,
}

impl From<Figures> for FiguresOut {
    fn from(figures: Figures) -> Self {
        Self {
            period: figures.period.into(),
            as_of: figures.as_of,
            definitions: Indicator::ALL.map(DefinitionOut::from).into(),
            due_in_the_period: due_in_the_period().into(),
            items: figures.rows.into_iter().map(FigureRowOut::from).collect(),
            next_cursor: None,
        }
    }
}

impl From<FigureRow> for FigureRowOut {
    fn from(row: FigureRow) -> Self {
        let figure = |(indicator, fraction): (Indicator, Fraction)| FigureOut {
            indicator: indicator.code(),
            fraction: fraction.into(),
        };
        Self {
            key: row.key,
            name: row.name.into(),
            figures: row.figures.into_iter().map(figure).collect(),
        }
    }
}

/// A page of the tickets behind a figure.
#[derive(Serialize, ToSchema)]
pub struct TicketBehindPageOut {
    /// By id.
    pub items: Vec<TicketBehindOut>,
    /// Where the next page begins; none on the last.
    pub next_cursor: Option<String>,
}

/// A ticket behind a figure, as it was known at the instant.
#[derive(Serialize, ToSchema)]
pub struct TicketBehindOut {
    /// The ticket.
    id: Uuid,
    /// 台账编号.
    number: Option<String>,
    /// State then.
    state: String,
    /// Code of the item.
    item: String,
    /// Description.
    text: String,
    /// Code of the district.
    district: Option<String>,
    /// 牵头单位 then.
    lead_unit: Option<String>,
    /// Deadline then.
    due_at: Option<Timestamp>,
    /// When it had been submitted.
    submitted_at: Option<Timestamp>,
    /// When it had been closed.
    closed_at: Option<Timestamp>,
    /// Whether it is in the numerator.
    counted: bool,
}

impl From<TicketBehind> for TicketBehindOut {
    fn from(ticket: TicketBehind) -> Self {
        Self {
            id: ticket.id,
            number: ticket.number,
            state: ticket.state,
            item: ticket.item,
            text: ticket.text,
            district: ticket.district,
            lead_unit: ticket.lead_unit,
            due_at: ticket.due_at,
            submitted_at: ticket.submitted_at,
            closed_at: ticket.closed_at,
            counted: ticket.counted,
        }
    }
}
