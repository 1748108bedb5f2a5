//! `GET lookback-draws/{id}`.

use actix_web::{get, web};

use super::dto::LookbackDrawOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, lookback};

/// Read a draw.
///
/// With the seed and the tickets that it was made of, so that anyone can repeat it, and whether it comes out the same now. For clerk,
/// supervisor and auditor.
#[utoipa::path(
    tag = "tasks",
    params(("id" = uuid::Uuid, Path, description = "The draw's id")),
    responses(
        (status = 200, body = LookbackDrawOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/lookback-draws/{id}")]
pub async fn get_lookback_draw(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<LookbackDrawOut>, ApiError> {
    let draw = lookback::read_draw(&svc, &caller.0, id.0).await?;
    Ok(web::Json(draw.into()))
}
