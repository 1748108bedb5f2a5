//! `POST rounds/{id}/close`.

use actix_web::{post, web};

use super::dto::RoundOut;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::NothingIn;
use crate::services::{Services, round};

/// Close a round.
///
/// Visits that were not made are taken back from the phones; reports that come in late are still taken. A covert round is released first.
/// For supervisors.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    request_body = NothingIn,
    responses(
        (status = 200, body = RoundOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`: not running, or not released.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/rounds/{id}/close")]
pub async fn close_round(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    _nothing: Json<NothingIn>,
) -> Result<web::Json<RoundOut>, ApiError> {
    let round = round::close(&svc, &caller.0, id.0).await?;
    Ok(web::Json(round.into()))
}
