//! `GET rounds/{id}/lost-points`.

use actix_web::{get, web};

use super::dto::{LostPointPageOut, LostPointsParams};
use crate::http::extract::{Caller, Id, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::lost_point::LostPointsQuery;
use crate::services::{Services, lost_point};

/// List the lost points of a round (失分项逐项整改)
///
/// As `GET lost-points`. Units know of a round once it is released, or at once when it is announced.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id"), LostPointsParams),
    responses(
        (status = 200, body = LostPointPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/rounds/{id}/lost-points")]
pub async fn list_round_lost_points(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    query: Query<LostPointsParams>,
) -> Result<web::Json<LostPointPageOut>, ApiError> {
    let query = LostPointsQuery {
        round_id: Some(id.0),
        ..query.0.parse()?
    };
    let page = lost_point::list(&svc, &caller.0, &query).await?;
    let reference = lost_point::names(&svc).await?;
    Ok(web::Json(LostPointPageOut::of(page, &reference)))
}
