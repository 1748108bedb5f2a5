//! `POST webhooks`.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, post, web};

use super::dto::{WebhookIn, WebhookSecretOut};
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, webhook};

/// Make a webhook endpoint.
///
/// It is told of what happens from now on: the office of every ticket from its filing on, a unit of those that it may know of at that
/// moment. Messages are signed as Standard Webhooks has it; the secret is shown this once. See api-spec/supervision.md.
#[utoipa::path(
    tag = "webhooks",
    request_body = WebhookIn,
    responses(
        (status = 201, body = WebhookSecretOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid`, with every fault.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/webhooks")]
pub async fn create_webhook(
    svc: web::Data<Services>,
    caller: Caller,
    body: Json<WebhookIn>,
) -> Result<HttpResponse, ApiError> {
    let made = webhook::create(&svc, &caller.0, body.value.into()).await?;
    let place = format!("/api/v1/webhooks/{}", made.endpoint.id);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, place))
        .json(WebhookSecretOut::from(made)))
}
