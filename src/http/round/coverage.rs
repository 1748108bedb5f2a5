//! `GET rounds/{id}/coverage`.

use actix_web::{get, web};

use super::dto::CoverageOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, round};

/// Read how far a round has come.
///
/// Points drawn, visited, clean and out of reach, by kind of point and district. A visit with nothing wrong counts like any other. For supervisors.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    responses(
        (status = 200, body = CoverageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/rounds/{id}/coverage")]
pub async fn get_round_coverage(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<CoverageOut>, ApiError> {
    let strata = round::coverage(&svc, &caller.0, id.0).await?;
    Ok(web::Json(strata.into()))
}
