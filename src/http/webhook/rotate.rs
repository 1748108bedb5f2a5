//! `POST webhooks/{id}/rotate`.

use actix_web::{post, web};

use super::dto::WebhookSecretOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, webhook};

/// Give a webhook endpoint a new secret.
///
/// For 24 hours the one before signs beside it.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id")),
    responses(
        (status = 200, body = WebhookSecretOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/webhooks/{id}/rotate")]
pub async fn rotate_webhook_secret(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<WebhookSecretOut>, ApiError> {
    let made = webhook::rotate(&svc, &caller.0, id.0).await?;
    Ok(web::Json(made.into()))
}
