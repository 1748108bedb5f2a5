//! `GET supervision/indicators/{code}/tickets`.

use actix_web::{get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::figures_dto::{TicketBehindOut, TicketBehindPageOut};
use crate::domain::supervision::indicator::Indicator;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::{page_limit, refuse};
use crate::services::error::Code;
use crate::services::supervision::{FigurePart, FiguresQuery};
use crate::services::{Error, Services, supervision};

/// Which part of the figure, and which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketsBehindQuery {
    /// First day of the period, in the city.
    #[param(value_type = String, example = "2026-11-01")]
    from: Date,
    /// Last day of it.
    #[param(value_type = String, example = "2026-11-30")]
    to: Date,
    /// As known at this instant (RFC 3339): the end of the period when not given, or now while it lasts.
    #[param(value_type = Option<String>)]
    as_of: Option<Timestamp>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
    /// Code of a district.
    district: Option<String>,
    /// Code of an item.
    item: Option<String>,
    /// Id of a round.
    round: Option<Uuid>,
    /// `denominator` (when not given), `numerator`, or `rest`: what does not count.
    part: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// Open a figure into its tickets.
///
/// By the very conditions that it was counted by, as known at the same instant. For one row of a table: narrow by its unit, district, item
/// or round.
#[utoipa::path(
    tag = "supervision",
    params(("code" = String, Path, description = "Code of the indicator"), TicketsBehindQuery),
    responses(
        (status = 200, body = TicketBehindPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`: there is no such indicator.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/indicators/{code}/tickets")]
pub async fn list_indicator_tickets(
    svc: web::Data<Services>,
    caller: Caller,
    code: web::Path<String>,
    query: Query<TicketsBehindQuery>,
) -> Result<web::Json<TicketBehindPageOut>, ApiError> {
    let indicator: Result<Indicator, _> = code.parse();
    let indicator = indicator.map_err(|_unknown| Error::new(Code::NotFound))?;
    let query = query.0;
    let part = match query.part.as_deref() {
        None | Some("denominator") => FigurePart::Denominator,
        Some("numerator") => FigurePart::Numerator,
        Some("rest") => FigurePart::Rest,
        Some(_) => return Err(refuse("part", "denominator, numerator, rest").into()),
    };
    let place = (query.cursor.as_deref(), page_limit(query.limit)?);
    let asked = FiguresQuery {
        from: query.from,
        to: query.to,
        as_of: query.as_of,
        unit: query.unit,
        district: query.district,
        item: query.item,
        round: query.round,
    };
    let page = supervision::tickets_behind(&svc, &caller.0, &asked, indicator, part, place).await?;
    let page = page.map(TicketBehindOut::from);
    Ok(web::Json(TicketBehindPageOut {
        items: page.items,
        next_cursor: page.next_cursor,
    }))
}
