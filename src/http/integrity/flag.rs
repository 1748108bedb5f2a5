//! `POST tickets/{id}/integrity-flag`.

use actix_web::{HttpResponse, post, web};

use super::dto::{IntegrityFlagIn, IntegrityFlagOut};
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, integrity};

/// Mark a ticket whose rectification was faked (虚假整改)
///
/// Its unit sees the mark, and it counts against the unit that leads the ticket now. For clerks and supervisors.
#[utoipa::path(
    tag = "supervision",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id")),
    request_body = IntegrityFlagIn,
    responses(
        (status = 201, body = IntegrityFlagOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`flagged_before`, or `wrong_state`: nothing was submitted yet.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/tickets/{id}/integrity-flag")]
pub async fn flag_integrity(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<IntegrityFlagIn>,
) -> Result<HttpResponse, ApiError> {
    let flag = integrity::flag(&svc, &caller.0, id.0, body.value.parse()?).await?;
    Ok(HttpResponse::Created().json(IntegrityFlagOut::from(flag)))
}
