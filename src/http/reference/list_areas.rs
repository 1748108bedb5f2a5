//! `GET areas`

use actix_web::{Responder, get, web};

use super::dto::area::{AreasOut, AreasQuery};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// List districts and zones
#[utoipa::path(
    tag = "reference",
    params(AreasQuery),
    responses(
        (status = 200, description = "Those in force", body = AreasOut),
        (status = 422, description = "`invalid_query`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/areas")]
pub async fn list_areas(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<AreasQuery>,
) -> Result<impl Responder, ApiError> {
    let areas = reference::list_areas(&svc, &caller.0, query.0.geometry).await?;
    Ok(web::Json(AreasOut::from(areas)))
}
