//! `GET me/outbox`.

use actix_web::{get, web};

use super::push_dto::OutboxOut;
use crate::http::extract::Caller;
use crate::http::problem::ApiError;
use crate::services::Services;
use crate::services::sync::outbox;

/// Read one's outbox (发件箱).
///
/// What of the caller's own work is quarantined, held or in conflict, or still misses photos, in words of both languages.
#[utoipa::path(
    tag = "sync",
    responses((status = 200, body = OutboxOut)),
    security(("bearer" = []))
)]
#[get("/me/outbox")]
pub async fn get_outbox(
    svc: web::Data<Services>,
    caller: Caller,
) -> Result<web::Json<OutboxOut>, ApiError> {
    let items = outbox::read(&svc, &caller.0).await?;
    Ok(web::Json(items.into()))
}
