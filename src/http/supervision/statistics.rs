//! `GET supervision/statistics`.

use actix_web::{get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::ticket::tally::Dimension;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::refuse;
use crate::services::supervision::{self, Statistics, StatisticsQuery, StatisticsRow};
use crate::services::{Error, Services};

/// What to count. Everything given narrows it further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatisticsParams {
    /// By what, separated by commas: `district`, `unit`, `item`, and `day` or `month` of filing; items not by day. Not given: all together.
    #[param(example = "district,month")]
    by: Option<String>,
    /// Filed on this day or later, in the city; a year before `to` when not given. Of items whole months are counted.
    #[param(value_type = Option<String>, example = "2026-01-01")]
    from: Option<Date>,
    /// Filed on this day or earlier; today when not given.
    #[param(value_type = Option<String>, example = "2026-11-30")]
    to: Option<Date>,
    /// Code of a district.
    district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
    /// Code of an item.
    item: Option<String>,
}

impl StatisticsParams {
    fn parse(self) -> Result<StatisticsQuery, Error> {
        let all = Dimension::ALL.map(Dimension::as_str).join(", ");
        let by: Result<Vec<Dimension>, Error> = self
            .by
            .iter()
            .flat_map(|words| words.split(','))
            .map(|word| word.trim().parse().map_err(|_unknown| refuse("by", &all)))
            .collect();
        let by = by?;
        if by.contains(&Dimension::Day) && by.contains(&Dimension::Month) {
            return Err(refuse("by", "day | month"));
        }
        Ok(StatisticsQuery {
            by,
            from: self.from,
            to: self.to,
            district: self.district,
            unit: self.unit,
            item: self.item,
        })
    }
}

/// Counts of filed tickets (统计).
#[derive(Serialize, ToSchema)]
pub struct StatisticsOut {
    /// The instant that `overdue` is as of.
    as_of: Timestamp,
    /// The first day of filing that is counted.
    #[schema(value_type = String)]
    from: Date,
    /// The last one.
    #[schema(value_type = String)]
    to: Date,
    /// Groups, in the order of time, district, unit and item. Each has the members it is counted by.
    items: Vec<GroupOut>,
}

/// How many tickets of a group there are. Voided ones are not counted.
#[derive(Serialize, ToSchema)]
pub struct GroupOut {
    /// Day or month of filing.
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    /// Code of the district; empty outside of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    district: Option<String>,
    /// Code of the lead unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_name: Option<String>,
    /// Code of the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    /// All of them.
    filed: i64,
    /// Not closed yet.
    open: i64,
    /// Of these, overdue now.
    overdue: i64,
    /// 按期结案.
    closed_on_time: i64,
    /// 超期结案.
    closed_late: i64,
    /// Closed late, and left out of that: an appeal was approved (申诉成立).
    exempt: i64,
}

impl From<StatisticsRow> for GroupOut {
    fn from(row: StatisticsRow) -> Self {
        let (unit, unit_name) = row.unit.map(|unit| (unit.code, unit.name_zh)).unzip();
        Self {
            period: row.key.period,
            district: row.key.district,
            unit,
            unit_name,
            item: row.key.item,
            filed: row.tally.filed,
            open: row.tally.open,
            overdue: row.tally.overdue,
            closed_on_time: row.tally.closed_on_time,
            closed_late: row.tally.closed_late,
            exempt: row.tally.exempt,
        }
    }
}

impl From<Statistics> for StatisticsOut {
    fn from(statistics: Statistics) -> Self {
        Self {
            as_of: statistics.as_of,
            from: statistics.from,
            to: statistics.to,
            items: statistics.rows.into_iter().map(GroupOut::from).collect(),
        }
    }
}

/// Count tickets (统计).
///
/// Filed tickets by district, unit, item and time of filing, for charts: of the caller's units, or all for the office. Counted as tickets
/// change, so never behind.
#[utoipa::path(
    tag = "supervision",
    params(StatisticsParams),
    responses(
        (status = 200, body = StatisticsOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`; also for more than 20,000 groups.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/statistics")]
pub async fn count_tickets(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<StatisticsParams>,
) -> Result<web::Json<StatisticsOut>, ApiError> {
    let counted = supervision::statistics(&svc, &caller.0, query.0.parse()?).await?;
    Ok(web::Json(counted.into()))
}
