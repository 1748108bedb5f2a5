//! `GET reports/{id}`.

use actix_web::{get, web};

use super::dto::ReportOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, report};

/// Read a report back.
///
/// Inspectors read their own, the office any.
#[utoipa::path(
    tag = "reports",
    params(("id" = uuid::Uuid, Path, description = "The report's id")),
    responses(
        (status = 200, body = ReportOut),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/reports/{id}")]
pub async fn get_report(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<ReportOut>, ApiError> {
    let report = report::get(&svc, &caller.0, id.0).await?;
    Ok(web::Json(report.into()))
}
