//! `GET rounds/{id}/draw`.

use actix_web::{get, web};

use super::dto::RoundDrawOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, round};

/// Read the draw of a round.
///
/// With the seed and the points that it was made of, so that anyone can repeat it, and whether it comes out the same now. For supervisors;
/// once the round has started, for the auditor as well.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    responses(
        (status = 200, body = RoundDrawOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/rounds/{id}/draw")]
pub async fn get_round_draw(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<RoundDrawOut>, ApiError> {
    let draw = round::read_draw(&svc, &caller.0, id.0).await?;
    Ok(web::Json(draw.into()))
}
