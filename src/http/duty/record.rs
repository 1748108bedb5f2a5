//! `POST duties`.

use actix_web::{HttpResponse, post, web};

use super::dto::{DutyIn, DutyOut};
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, duty};

/// Record who answers in person for a place.
///
/// Tickets show it as of their dispatch, to the office and to units. A place may have several.
#[utoipa::path(
    tag = "reference",
    request_body = DutyIn,
    responses(
        (status = 201, description = "Recorded.", body = DutyOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/duties")]
pub async fn record_duty(
    svc: web::Data<Services>,
    caller: Caller,
    body: Json<DutyIn>,
) -> Result<HttpResponse, ApiError> {
    let duty = duty::record(&svc, &caller.0, body.value.parse()?).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", "/api/v1/duties"))
        .json(DutyOut::from(duty)))
}
