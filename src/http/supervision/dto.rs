//! The overdue list on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::ticket::list::page_limit;
use crate::services::Error;
use crate::services::supervision::{OverdueQuery, OverdueRow, Pull};

/// What to pull.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OverdueParams {
    /// Instant (RFC 3339): now when not given; later gives a forecast of what will be overdue if nothing happens.
    #[param(value_type = Option<String>, example = "2026-11-28T00:00:00Z")]
    as_of: Option<Timestamp>,
    /// Code of a district.
    district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
    /// Code of an item.
    item: Option<String>,
    /// `next_cursor` of the page before; the instant stays that of the first page. Not for the CSV, which is whole.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given. Not for the CSV.
    limit: Option<u32>,
}

impl OverdueParams {
    /// The query.
    ///
    /// # Errors
    /// `invalid_query`.
    pub fn parse(self) -> Result<OverdueQuery, Error> {
        Ok(OverdueQuery {
            as_of: self.as_of,
            district: self.district,
            unit: self.unit,
            item: self.item,
            cursor: self.cursor,
            limit: page_limit(self.limit)?,
        })
    }
}

/// A page of the overdue list (超期未结清单).
#[derive(Serialize, ToSchema)]
pub struct OverduePageOut {
    /// The instant it is as of.
    as_of: Timestamp,
    /// The instant lies in the future: what will be overdue if nothing happens.
    forecast: bool,
    /// Longest overdue first.
    items: Vec<OverdueOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// An overdue ticket.
#[derive(Serialize, ToSchema)]
pub struct OverdueOut {
    /// The ticket.
    pub id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// State.
    pub state: &'static str,
    /// Code of the item.
    pub item: String,
    /// Chinese name of the item.
    pub item_name_zh: String,
    /// English name of the item.
    pub item_name_en: String,
    /// Description.
    pub text: String,
    /// Code of the district.
    pub district: Option<String>,
    /// Name of the district.
    pub district_name: Option<String>,
    /// 牵头单位.
    pub lead_unit: Option<String>,
    /// 配合单位.
    pub cooperating: Vec<String>,
    /// When the lead unit got it.
    pub dispatched_at: Option<Timestamp>,
    /// The deadline it missed.
    pub due_at: Timestamp,
    /// The deadline lies beyond the loaded calendar.
    pub provisional: bool,
    /// When it was submitted, if it was, too late.
    pub submitted_at: Option<Timestamp>,
    /// How late in work time, in seconds: it does not grow over a holiday.
    pub late_work_s: i64,
    /// How late on the wall clock, in seconds.
    pub late_s: i64,
}

impl From<Pull> for OverduePageOut {
    fn from(pull: Pull) -> Self {
        Self {
            as_of: pull.as_of,
            forecast: pull.forecast,
            items: pull.page.items.into_iter().map(OverdueOut::from).collect(),
            next_cursor: pull.page.next_cursor,
        }
    }
}

impl From<OverdueRow> for OverdueOut {
    fn from(row: OverdueRow) -> Self {
        let ticket = row.record.ticket;
        let (district, district_name) = ticket.district.map(|d| (d.code, d.name)).unzip();
        Self {
            id: ticket.id,
            number: ticket.number,
            state: ticket.state.as_str(),
            item: ticket.item.code,
            item_name_zh: row.record.item.name_zh,
            item_name_en: row.record.item.name_en,
            text: ticket.text,
            district,
            district_name,
            lead_unit: ticket.lead.map(|lead| lead.name),
            cooperating: row.record.cooperating,
            dispatched_at: ticket.dispatched_at,
            due_at: row.due_at,
            provisional: row.provisional,
            submitted_at: ticket.submitted_at,
            late_work_s: row.late_work_s,
            late_s: row.late_s,
        }
    }
}
