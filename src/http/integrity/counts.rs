//! `GET supervision/integrity-flags`.

use actix_web::{get, web};

use super::dto::IntegrityCountsOut;
use crate::http::extract::Caller;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, integrity};

/// Count faked rectifications by unit (虚假整改)
///
/// For the office all units, for a unit itself and those below it.
#[utoipa::path(
    tag = "supervision",
    responses(
        (status = 200, body = IntegrityCountsOut),
        (status = 403, description = "`forbidden`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/integrity-flags")]
pub async fn count_integrity_flags(
    svc: web::Data<Services>,
    caller: Caller,
) -> Result<web::Json<IntegrityCountsOut>, ApiError> {
    let counts = integrity::counts(&svc, &caller.0).await?;
    Ok(web::Json(counts.into()))
}
