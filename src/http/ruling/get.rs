//! `GET rulings/{id}`.

use actix_web::{get, web};

use super::dto::RulingOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, ruling};

/// Read an ownership ruling.
#[utoipa::path(
    tag = "rulings",
    params(("id" = uuid::Uuid, Path, description = "The ruling's id")),
    responses(
        (status = 200, body = RulingOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/rulings/{id}")]
pub async fn get_ruling(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<RulingOut>, ApiError> {
    let found = ruling::get(&svc, &caller.0, id.0).await?;
    Ok(web::Json(found.into()))
}
