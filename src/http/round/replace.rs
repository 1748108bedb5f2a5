//! `PUT rounds/{id}`.

use actix_web::{put, web};

use super::dto::RoundOut;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::round::RoundIn;
use crate::services::{Services, round};

/// Plan a draft anew.
///
/// The whole plan, until it is drawn. For supervisors.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    request_body = RoundIn,
    responses(
        (status = 200, body = RoundOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`: no draft.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[put("/rounds/{id}")]
pub async fn replace_round(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<RoundIn>,
) -> Result<web::Json<RoundOut>, ApiError> {
    let plan = body.value.parse()?;
    let round = round::replace(&svc, &caller.0, id.0, plan).await?;
    Ok(web::Json(round.into()))
}
