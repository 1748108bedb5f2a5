//! `GET webhooks/{id}`.

use actix_web::{get, web};

use super::dto::WebhookOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, webhook};

/// Read a webhook endpoint.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id")),
    responses(
        (status = 200, body = WebhookOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/webhooks/{id}")]
pub async fn get_webhook(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<WebhookOut>, ApiError> {
    let endpoint = webhook::get(&svc, &caller.0, id.0).await?;
    Ok(web::Json(endpoint.into()))
}
