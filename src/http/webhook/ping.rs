//! `POST webhooks/{id}/ping`.

use actix_web::{HttpResponse, post, web};

use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, webhook};

/// Send a webhook endpoint a `webhook.ping`, to try it.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id")),
    responses(
        (status = 202, description = "It is on its way; see the log."),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/webhooks/{id}/ping")]
pub async fn ping_webhook(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<HttpResponse, ApiError> {
    webhook::ping(&svc, &caller.0, id.0).await?;
    Ok(HttpResponse::Accepted().finish())
}
