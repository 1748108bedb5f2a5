//! `POST rounds/{id}/release`.

use actix_web::{post, web};

use super::dto::RoundOut;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::NothingIn;
use crate::services::{Services, round};

/// Release a round now (解封).
///
/// What it found is filed, numbered and dispatched, all at once and in shuffled order; clocks start now. The worker does the same at
/// `release_at`. For supervisors.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    request_body = NothingIn,
    responses(
        (status = 200, body = RoundOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`: not running.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/rounds/{id}/release")]
pub async fn release_round(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    _nothing: Json<NothingIn>,
) -> Result<web::Json<RoundOut>, ApiError> {
    let round = round::release(&svc, &caller.0, id.0).await?;
    Ok(web::Json(round.into()))
}
