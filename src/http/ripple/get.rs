//! `GET ripples/{id}`.

use actix_web::{get, web};

use super::dto::RippleOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, ripple};

/// Read a ripple task, and who has answered
#[utoipa::path(
    tag = "supervision",
    params(("id" = uuid::Uuid, Path, description = "The ripple task's id")),
    responses(
        (status = 200, body = RippleOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/ripples/{id}")]
pub async fn get_ripple(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<RippleOut>, ApiError> {
    let ripple = ripple::get(&svc, &caller.0, id.0).await?;
    Ok(web::Json(ripple.into()))
}
