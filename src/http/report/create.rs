//! `POST reports`.

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};

use super::dto::ReportOut;
use crate::domain::sync::captured::{Arrival, Clocks};
use crate::domain::sync::mutation;
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::report::ReportIn;
use crate::services::{Services, report};

/// Send a report (上报).
///
/// Each finding becomes a ticket at once. Sending the same report again is safe and answers 200 with the same; other
/// content under a known id is kept and answered 409 `report_amended`.
#[utoipa::path(
    tag = "reports",
    request_body = ReportIn,
    responses(
        (status = 201, description = "Stored; the tickets are in `findings[].ticket`.", body = ReportOut),
        (status = 200, description = "Was here already.", body = ReportOut),
        (status = 409, description = "`report_amended` or `id_taken`.", body = Problem),
        (status = 422, description = "Something in it cannot be; `errors[]` says what.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/reports")]
pub async fn create_report(
    svc: web::Data<Services>,
    caller: Caller,
    body: Json<ReportIn>,
) -> Result<HttpResponse, ApiError> {
    let content = mutation::content(body.raw);
    let digest = mutation::digest(&content);
    let arrival = Arrival {
        received_at: svc.now(),
        sent: Clocks::default(),
    };
    let new = body.value.parse(content, digest, &arrival)?;
    let created = report::create(&svc, &caller.0, new).await?;
    let mut response = if created.repeated {
        HttpResponse::Ok()
    } else {
        HttpResponse::Created()
    };
    let location = format!("/api/v1/reports/{}", created.report.id);
    Ok(response
        .insert_header((header::LOCATION, location))
        .json(ReportOut::from(created.report)))
}
