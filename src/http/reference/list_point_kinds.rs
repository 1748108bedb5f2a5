//! `GET points/kinds`

use actix_web::{Responder, get, web};

use super::dto::point::PointKindsOut;
use crate::http::extract::Caller;
use crate::http::problem::ApiError;
use crate::services::{Services, reference};

/// List kinds of check points
#[utoipa::path(
    tag = "reference",
    responses((status = 200, description = "Every kind", body = PointKindsOut)),
    security(("bearer" = [])),
)]
#[get("/points/kinds")]
pub async fn list_point_kinds(
    svc: web::Data<Services>,
    caller: Caller,
) -> Result<impl Responder, ApiError> {
    let kinds = reference::list_point_kinds(&svc, &caller.0).await?;
    Ok(web::Json(PointKindsOut::from(kinds)))
}
