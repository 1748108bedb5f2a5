//! `POST duties/{id}/end`.

use actix_web::{post, web};

use super::dto::DutyOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, duty};

/// End a duty, now.
///
/// Tickets dispatched before go on showing who had it.
#[utoipa::path(
    tag = "reference",
    params(("id" = uuid::Uuid, Path, description = "The duty's id")),
    responses(
        (status = 200, description = "The duty with its end.", body = DutyOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`duty_ended`: it has ended before.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/duties/{id}/end")]
pub async fn end_duty(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<DutyOut>, ApiError> {
    let ended = duty::end(&svc, &caller.0, id.0).await?;
    Ok(web::Json(ended.into()))
}
