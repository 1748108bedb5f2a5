//! `GET lost-points`.

use actix_web::{get, web};

use super::dto::{LostPointPageOut, LostPointsParams};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, lost_point};

/// List lost points (失分项清单)
///
/// Every fault with the ticket that puts it right, the criteria that it goes against, and what it costs by who found it. For the office
/// all of them, for a unit those that it answers for.
#[utoipa::path(
    tag = "supervision",
    params(LostPointsParams),
    responses(
        (status = 200, body = LostPointPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`: no such round, as far as the caller may know.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/lost-points")]
pub async fn list_lost_points(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<LostPointsParams>,
) -> Result<web::Json<LostPointPageOut>, ApiError> {
    let page = lost_point::list(&svc, &caller.0, &query.0.parse()?).await?;
    let reference = lost_point::names(&svc).await?;
    Ok(web::Json(LostPointPageOut::of(page, &reference)))
}
