//! `DELETE bulletins/{id}`.

use actix_web::{HttpResponse, delete, web};

use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, bulletin};

/// Throw a draft away.
#[utoipa::path(
    tag = "bulletins",
    params(("id" = uuid::Uuid, Path, description = "The bulletin's id")),
    responses(
        (status = 204),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[delete("/bulletins/{id}")]
pub async fn discard_bulletin(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<HttpResponse, ApiError> {
    bulletin::discard(&svc, &caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
