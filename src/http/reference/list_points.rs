//! `GET points`

use actix_web::{Responder, get, web};

use super::dto::point::{PointsOut, PointsQuery};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// List check points
#[utoipa::path(
    tag = "reference",
    params(PointsQuery),
    responses(
        (status = 200, description = "A page of check points", body = PointsOut),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/points")]
pub async fn list_points(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<PointsQuery>,
) -> Result<impl Responder, ApiError> {
    let (query, datum) = query.0.split();
    let page = reference::list_points(&svc, &caller.0, query).await?;
    Ok(web::Json(PointsOut::new(page, datum)))
}
