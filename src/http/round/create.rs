//! `POST rounds`.

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};

use super::dto::RoundOut;
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::round::RoundIn;
use crate::services::{Services, round};

/// Plan a round (督查批次).
///
/// A draft, which nobody but supervisors knows of.
#[utoipa::path(
    tag = "rounds",
    request_body = RoundIn,
    responses(
        (status = 201, body = RoundOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/rounds")]
pub async fn create_round(
    svc: web::Data<Services>,
    caller: Caller,
    body: Json<RoundIn>,
) -> Result<HttpResponse, ApiError> {
    let round = round::create(&svc, &caller.0, body.value.parse()?).await?;
    let location = format!("/api/v1/rounds/{}", round.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(RoundOut::from(round)))
}
