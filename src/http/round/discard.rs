//! `DELETE rounds/{id}`.

use actix_web::{HttpResponse, delete, web};

use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, round};

/// Throw a draft away.
///
/// Only before it is drawn. For supervisors.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`: it is drawn.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[delete("/rounds/{id}")]
pub async fn discard_round(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<HttpResponse, ApiError> {
    round::discard(&svc, &caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
