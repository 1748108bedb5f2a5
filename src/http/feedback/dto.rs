//! Superiors' lists on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::report::Finding;
use crate::domain::text::{Lang, Text};
use crate::services::feedback::{JudgedRow, RowVerdict};

/// What the file does not say of itself.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedbackQuery {
    /// Name of the list; with a row's number it tells the row.
    #[param(example = "2026-省反馈-3")]
    pub list: String,
    /// Say what would become of it, and keep nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What became of a list, or would.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackOut {
    /// Nothing of it was kept.
    dry_run: bool,
    /// Rows that have a new ticket.
    taken: usize,
    /// Rows that were there before.
    known: usize,
    /// Rows that say something else under a known number; nothing of them is kept.
    differing: usize,
    /// Rows that cannot be filed; nothing of them is kept.
    refused: usize,
    /// Row by row, in the file's order.
    items: Vec<FeedbackRowOut>,
}

/// A row and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackRowOut {
    /// Line in the file.
    line: u64,
    /// The superior's number.
    number: String,
    /// `taken`, `known`, `differs` or `refused`.
    #[schema(example = "taken")]
    verdict: &'static str,
    /// Its ticket.
    ticket: Option<Uuid>,
    /// The ticket's state.
    state: Option<String>,
    /// Why the ticket waits for a clerk; empty when it does not.
    reasons: Vec<String>,
    /// What is wrong with the row.
    faults: Vec<String>,
}

impl FeedbackOut {
    /// In the reader's language.
    pub fn new(rows: Vec<JudgedRow>, dry_run: bool, lang: Lang) -> Self {
        let items: Vec<FeedbackRowOut> = rows
            .into_iter()
            .map(|row| FeedbackRowOut::new(row, lang))
            .collect();
        let count = |verdict| items.iter().filter(|row| row.verdict == verdict).count();
        Self {
            dry_run,
            taken: count("taken"),
            known: count("known"),
            differing: count("differs"),
            refused: count("refused"),
            items,
        }
    }
}

impl FeedbackRowOut {
    fn new(row: JudgedRow, lang: Lang) -> Self {
        let (verdict, finding, faults): (_, Option<Finding>, Vec<Text>) = match row.verdict {
            RowVerdict::Taken(finding) => ("taken", Some(finding), Vec::new()),
            RowVerdict::Known(finding) => ("known", Some(finding), Vec::new()),
            RowVerdict::Differs(finding) => ("differs", finding, Vec::new()),
            RowVerdict::Refused(faults) => ("refused", None, faults),
        };
        let faults = faults.iter().map(|text| text.get(lang).to_owned());
        Self {
            line: row.line,
            number: row.number,
            verdict,
            ticket: finding.as_ref().map(|finding| finding.ticket_id),
            state: finding.as_ref().map(|finding| finding.ticket_state.clone()),
            faults: faults.collect(),
            reasons: finding.map(|it| it.triage_reasons).unwrap_or_default(),
        }
    }
}
