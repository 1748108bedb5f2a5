//! `PATCH webhooks/{id}`.

use actix_web::{patch, web};

use super::dto::{WebhookOut, WebhookPatchIn};
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, webhook};

/// Change a webhook endpoint, or switch it off or on.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id")),
    request_body = WebhookPatchIn,
    responses(
        (status = 200, body = WebhookOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 422, description = "`invalid`, with every fault.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[patch("/webhooks/{id}")]
pub async fn change_webhook(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<WebhookPatchIn>,
) -> Result<web::Json<WebhookOut>, ApiError> {
    let endpoint = webhook::change(&svc, &caller.0, id.0, body.value.into()).await?;
    Ok(web::Json(endpoint.into()))
}
