//! The overdue list on the wire.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::text::{Lang, Text};
use crate::domain::ticket::overdue::{DayKind, DueTicket};
use crate::http::ticket::list::{page_limit, refuse};
use crate::services::Error;
use crate::services::supervision::{OverdueQuery, OverdueRow, Pull};

/// Rows that a file holds in memory at once.
const FILE_PART: u32 = 4_000;

/// What to pull.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OverdueParams {
    /// Instant (RFC 3339): now when not given. A past one gives the list as it was known then, whatever has happened since; a later one a
    /// forecast of what will be overdue if nothing happens.
    #[param(value_type = Option<String>, example = "2026-11-28T00:00:00Z")]
    as_of: Option<Timestamp>,
    /// Code of a district.
    district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
    /// Code of an item.
    item: Option<String>,
    /// Supervised at this level (督办级别); 0: not at all.
    level: Option<u32>,
    /// Name of a sponsor (包保领导): of places it stood for when the ticket was dispatched.
    sponsor: Option<String>,
    /// What days `days_late_min` and `days_late_max` count: `natural` (of 24 hours, default) or `work` (of 8 work hours).
    days: Option<String>,
    /// At least so many whole days late.
    #[param(example = 3)]
    days_late_min: Option<u16>,
    /// At most so many whole days late.
    days_late_max: Option<u16>,
    /// `next_cursor` of the page before; the instant stays that of the first page. Not for files, which are whole.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given. Not for files.
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
            level: self.level,
            sponsor: self.sponsor,
            days_late: days_late(self.days.as_deref(), self.days_late_min, self.days_late_max)?,
            cursor: self.cursor,
            limit: page_limit(self.limit)?,
        })
    }

    /// The query for the whole list.
    ///
    /// # Errors
    /// As [`OverdueParams::parse`].
    pub fn parse_whole(self) -> Result<OverdueQuery, Error> {
        Ok(OverdueQuery {
            cursor: None,
            limit: FILE_PART,
            ..self.parse()?
        })
    }
}

fn days_late(
    kind: Option<&str>,
    min: Option<u16>,
    max: Option<u16>,
) -> Result<Option<(DayKind, RangeInclusive<i64>)>, Error> {
    let all = DayKind::ALL.map(DayKind::as_str).join(", ");
    let kind: Option<DayKind> = kind
        .map(|word| word.parse().map_err(|_unknown| refuse("days", &all)))
        .transpose()?;
    if min.is_none() && max.is_none() {
        return Ok(None);
    }
    let days = min.map_or(0, i64::from)..=max.map_or(i64::MAX, i64::from);
    Ok(Some((kind.unwrap_or_default(), days)))
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
    #[serde(flatten)]
    ticket: DueTicketOut,
    /// How late in work time, in seconds: it does not grow over a holiday.
    late_work_s: i64,
    /// How late on the wall clock, in seconds.
    late_s: i64,
    /// How late in whole days of 8 work hours.
    late_work_days: i64,
    /// How late in whole days of 24 hours.
    late_days: i64,
}

/// A ticket of a list by deadline, as it was known at the list's instant.
#[derive(Serialize, ToSchema)]
pub struct DueTicketOut {
    /// The ticket.
    id: Uuid,
    /// 台账编号.
    number: Option<String>,
    /// State.
    state: &'static str,
    /// Code of the item.
    item: String,
    /// Chinese name of the item.
    item_name_zh: String,
    /// English name of the item.
    item_name_en: String,
    /// Description.
    text: String,
    /// Code of the district.
    district: Option<String>,
    /// Name of the district.
    district_name: Option<String>,
    /// 牵头单位.
    lead_unit: Option<String>,
    /// 配合单位.
    cooperating: Vec<String>,
    /// When the lead unit got it.
    dispatched_at: Option<Timestamp>,
    /// The deadline.
    due_at: Timestamp,
    /// The deadline lies beyond the loaded calendar.
    provisional: bool,
    /// When it was submitted, if it was.
    submitted_at: Option<Timestamp>,
    /// 督办级别.
    supervision_level: u32,
}

impl DueTicketOut {
    /// A ticket with the name of its item.
    pub fn new(ticket: DueTicket, item_name: &Text) -> Self {
        let (district, district_name) = ticket.district.map(|d| (d.code, d.name)).unzip();
        Self {
            id: ticket.id,
            number: ticket.number,
            state: ticket.state.as_str(),
            item: ticket.item.code,
            item_name_zh: item_name.get(Lang::Zh).to_owned(),
            item_name_en: item_name.get(Lang::En).to_owned(),
            text: ticket.text,
            district,
            district_name,
            lead_unit: ticket.lead.map(|lead| lead.name),
            cooperating: ticket.cooperating,
            dispatched_at: ticket.dispatched_at,
            due_at: ticket.due.at,
            provisional: ticket.due.provisional,
            submitted_at: ticket.submitted_at,
            supervision_level: ticket.supervision_level,
        }
    }
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
        let late = row.late;
        Self {
            ticket: DueTicketOut::new(row.ticket, &row.item_name),
            late_work_s: late.work_s,
            late_s: late.wall_s,
            late_work_days: late.days(DayKind::Work),
            late_days: late.days(DayKind::Natural),
        }
    }
}
