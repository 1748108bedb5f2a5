//! `POST tickets/{id}/integrity-flag/lift`.

use actix_web::{HttpResponse, post, web};

use super::dto::IntegrityFlagIn;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, integrity};

/// Lift the mark of a ticket whose rectification was no fake after all
///
/// That there was one stays in the trail. For clerks and supervisors.
#[utoipa::path(
    tag = "supervision",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id")),
    request_body = IntegrityFlagIn,
    responses(
        (status = 204, description = "It is lifted."),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`: no such ticket, or no mark on it.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/tickets/{id}/integrity-flag/lift")]
pub async fn lift_integrity_flag(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<IntegrityFlagIn>,
) -> Result<HttpResponse, ApiError> {
    integrity::lift(&svc, &caller.0, id.0, body.value.parse()?).await?;
    Ok(HttpResponse::NoContent().finish())
}
