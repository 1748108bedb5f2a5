//! Lost points on their way out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::deduction::LostPoint;
use crate::domain::page::Page;
use crate::http::problem::ApiError;
use crate::http::ticket::list::page_limit;
use crate::services::lost_point::LostPointsQuery;
use crate::services::reference::cache::Reference;

/// What to list. Everything given narrows the list further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LostPointsParams {
    /// Seen in this round.
    round: Option<Uuid>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
    /// Code of a district.
    district: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

impl LostPointsParams {
    /// # Errors
    /// `invalid_query` for the limit.
    pub fn parse(self) -> Result<LostPointsQuery, ApiError> {
        Ok(LostPointsQuery {
            round_id: self.round,
            unit: self.unit,
            district: self.district,
            cursor: self.cursor,
            limit: page_limit(self.limit)?,
        })
    }
}

/// A page of lost points.
#[derive(Serialize, ToSchema)]
pub struct LostPointPageOut {
    /// Those first that were listed first.
    items: Vec<LostPointOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// A fault with the ticket that puts it right (失分项逐项整改).
#[derive(Serialize, ToSchema)]
pub struct LostPointOut {
    /// The ticket.
    pub ticket: Uuid,
    /// 台账编号; null until it is filed.
    pub number: Option<String>,
    /// State of the ticket.
    pub state: &'static str,
    /// Code of the item.
    pub item: String,
    /// Its name in Chinese.
    pub item_name_zh: String,
    /// Its name in English.
    pub item_name_en: String,
    /// Codes of the criteria (测评标准) that it goes against, those of further sightings among them.
    pub criteria: Vec<String>,
    /// Description.
    pub text: String,
    /// Code of the district.
    pub district: Option<String>,
    /// Name of the district.
    pub district_name: Option<String>,
    /// Check point.
    pub point: Option<Uuid>,
    /// Its name.
    pub point_name: Option<String>,
    /// Name of the unit that answers for it.
    pub lead_unit: Option<String>,
    /// Who found it first: `city`, `district`, `self_check` (自查) or `superior` (省反馈).
    #[schema(example = "city")]
    pub source: &'static str,
    /// Round in which that was; for the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Uuid>,
    /// What it costs now (扣分); null until it is filed.
    #[schema(example = "0.3")]
    pub deduction: Option<String>,
    /// Why: `found`, `late` or `repeated`.
    #[schema(example = "found")]
    pub ground: Option<&'static str>,
    /// Deadline.
    pub due_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

impl LostPointOut {
    /// As it is shown, with the names of what it refers to.
    pub fn of(lost: LostPoint, reference: &Reference) -> Self {
        let ticket = lost.ticket;
        let item = reference
            .catalogue
            .get(&ticket.item)
            .map(|entry| &entry.item);
        let point = ticket.point_id.and_then(|id| reference.check_point(id));
        let (district, district_name) = match ticket.district {
            Some(district) => (Some(district.code), Some(district.name)),
            None => (None, None),
        };
        Self {
            ticket: ticket.id,
            number: ticket.number,
            state: ticket.state.as_str(),
            item_name_zh: item.map_or_else(String::new, |item| item.name_zh.clone()),
            item_name_en: item.map_or_else(String::new, |item| item.name_en.clone()),
            item: ticket.item.code,
            criteria: lost.criteria,
            text: ticket.text,
            district,
            district_name,
            point: ticket.point_id,
            point_name: point.map(|point| point.name_zh.clone()),
            lead_unit: ticket.lead.map(|lead| lead.name),
            source: lost.source.as_str(),
            round: lost.round_id,
            deduction: lost.deduction.map(|(_, points)| points.to_string()),
            ground: lost.deduction.map(|(ground, _)| ground.as_str()),
            due_at: ticket.clock.map(|clock| clock.due.at),
            closed_at: ticket.closed_at,
        }
    }
}

impl LostPointPageOut {
    /// As it is shown.
    pub fn of(page: Page<LostPoint>, reference: &Reference) -> Self {
        let page = page.map(|lost| LostPointOut::of(lost, reference));
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}
