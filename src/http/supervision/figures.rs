//! `GET supervision/indicators`.

use actix_web::{get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::figures_dto::FiguresOut;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::refuse;
use crate::services::supervision::{FiguresQuery, Grouping};
use crate::services::{Error, Services, supervision};

/// What rows are made of.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FiguresByQuery {
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
    /// `city` (when not given), `unit` (with what the units below it lead), `unit_type`, `district`, `round` or `item`.
    by: Option<String>,
}

/// Read the indicators of a period (指标).
///
/// Every indicator as an exact fraction with the version of its definition, as it was known at an instant. Each opens into its tickets:
/// `supervision/indicators/{code}/tickets`.
#[utoipa::path(
    tag = "supervision",
    params(FiguresByQuery),
    responses(
        (status = 200, body = FiguresOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/indicators")]
pub async fn read_indicators(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<FiguresByQuery>,
) -> Result<web::Json<FiguresOut>, ApiError> {
    let query = query.0;
    let by = grouping(query.by.as_deref())?;
    let asked = FiguresQuery {
        from: query.from,
        to: query.to,
        as_of: query.as_of,
        unit: query.unit,
        district: query.district,
        item: query.item,
        round: query.round,
    };
    let figures = supervision::figures(&svc, &caller.0, &asked, by).await?;
    Ok(web::Json(figures.into()))
}

fn grouping(word: Option<&str>) -> Result<Grouping, Error> {
    Ok(match word {
        None | Some("city") => Grouping::City,
        Some("unit") => Grouping::Unit,
        Some("unit_type") => Grouping::UnitType,
        Some("district") => Grouping::District,
        Some("round") => Grouping::Round,
        Some("item") => Grouping::Item,
        Some(_) => return Err(refuse("by", "city, unit, unit_type, district, round, item")),
    })
}
