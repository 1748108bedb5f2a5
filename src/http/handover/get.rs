//! `GET handovers/{id}`.

use actix_web::{get, web};

use super::dto::HandoverOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, handover};

/// Read how far a hand-over has come
#[utoipa::path(
    tag = "tickets",
    params(("id" = uuid::Uuid, Path, description = "The hand-over")),
    responses(
        (status = 200, body = HandoverOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/handovers/{id}")]
pub async fn get_handover(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<HandoverOut>, ApiError> {
    let found = handover::get(&svc, &caller.0, id.0).await?;
    Ok(web::Json(HandoverOut::from(found)))
}
