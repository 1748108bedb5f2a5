//! `GET rounds/{id}`.

use actix_web::{get, web};

use super::dto::RoundOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, round};

/// Read a round.
///
/// For supervisors.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    responses(
        (status = 200, body = RoundOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/rounds/{id}")]
pub async fn get_round(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<RoundOut>, ApiError> {
    let round = round::get(&svc, &caller.0, id.0).await?;
    Ok(web::Json(round.into()))
}
