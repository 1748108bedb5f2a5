//! `POST rounds/{id}/draw`.

use actix_web::{post, web};

use super::dto::RoundDrawOut;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::NothingIn;
use crate::services::{Services, round};

/// Draw the points of a round (随机抽点), and seal it.
///
/// From a draft. Points visited within `rounds.revisit_after_days`, and with `rounds.skips_last` those drawn for the last round, are left
/// out. Nobody is sent to a place of his own unit, of one above or below it. The worker starts the round at `starts_at`. For supervisors.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    request_body = NothingIn,
    responses(
        (status = 200, body = RoundDrawOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`: no draft; `nothing_to_draw`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/rounds/{id}/draw")]
pub async fn draw_round(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    _nothing: Json<NothingIn>,
) -> Result<web::Json<RoundDrawOut>, ApiError> {
    let draw = round::draw(&svc, &caller.0, id.0).await?;
    Ok(web::Json(draw.into()))
}
