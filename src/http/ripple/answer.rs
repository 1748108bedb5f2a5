//! `POST ripples/{id}/answer`.

use actix_web::{post, web};

use super::dto::RippleOut;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ripple::RippleAnswerIn;
use crate::services::{Services, ripple};

/// Answer a ripple task for one's unit, or for one below it
///
/// Once for each unit; a late answer is taken and marked.
#[utoipa::path(
    tag = "supervision",
    params(("id" = uuid::Uuid, Path, description = "The ripple task's id")),
    request_body = RippleAnswerIn,
    responses(
        (status = 200, body = RippleOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`answered_before`.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/ripples/{id}/answer")]
pub async fn answer_ripple(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<RippleAnswerIn>,
) -> Result<web::Json<RippleOut>, ApiError> {
    let unit = body.value.unit.clone();
    let said = body.value.parse()?;
    let ripple = ripple::answer(&svc, &caller.0, id.0, unit.as_deref(), &said).await?;
    Ok(web::Json(ripple.into()))
}
