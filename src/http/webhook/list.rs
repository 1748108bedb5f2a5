//! `GET webhooks`.

use actix_web::{get, web};

use super::dto::{WebhookListOut, WebhookOut};
use crate::http::extract::Caller;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, webhook};

/// List webhook endpoints.
///
/// An administrator's are the office's, an officer's those of its unit.
#[utoipa::path(
    tag = "webhooks",
    responses(
        (status = 200, body = WebhookListOut),
        (status = 403, description = "`forbidden`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/webhooks")]
pub async fn list_webhooks(
    svc: web::Data<Services>,
    caller: Caller,
) -> Result<web::Json<WebhookListOut>, ApiError> {
    let endpoints = webhook::list(&svc, &caller.0).await?;
    Ok(web::Json(WebhookListOut {
        items: endpoints.into_iter().map(WebhookOut::from).collect(),
        next_cursor: None,
    }))
}
