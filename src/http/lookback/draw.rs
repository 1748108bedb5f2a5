//! `POST lookback-draws`.

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};

use super::dto::LookbackDrawOut;
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::NothingIn;
use crate::services::{Services, lookback};

/// Draw tickets to look back at (回头看抽查).
///
/// Of what units have closed by themselves since the last draw, the share that `lookback.share_percent` says; each drawn ticket becomes a
/// task. The worker does the same every `lookback.period_days`. For clerk and supervisor.
#[utoipa::path(
    tag = "tasks",
    request_body = NothingIn,
    responses(
        (status = 201, description = "The draw, with its seed.", body = LookbackDrawOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 409, description = "`nothing_to_draw`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/lookback-draws")]
pub async fn draw_lookbacks(
    svc: web::Data<Services>,
    caller: Caller,
    _nothing: Json<NothingIn>,
) -> Result<HttpResponse, ApiError> {
    let draw = lookback::draw(&svc, &caller.0).await?;
    let location = format!("/api/v1/lookback-draws/{}", draw.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(LookbackDrawOut::from(draw)))
}
