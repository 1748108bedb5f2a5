//! `DELETE webhooks/{id}`.

use actix_web::{HttpResponse, delete, web};

use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, webhook};

/// Remove a webhook endpoint with its log.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id")),
    responses(
        (status = 204),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[delete("/webhooks/{id}")]
pub async fn remove_webhook(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<HttpResponse, ApiError> {
    webhook::remove(&svc, &caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
