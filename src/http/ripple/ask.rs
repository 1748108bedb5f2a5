//! `POST ripples`.

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};

use super::dto::RippleOut;
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ripple::RippleIn;
use crate::services::{Services, ripple};

/// Ask units to look for the same fault with themselves (举一反三)
///
/// From one ticket that is filed. What units find is told and not counted: it makes no tickets and costs nothing. For supervisors.
#[utoipa::path(
    tag = "supervision",
    request_body = RippleIn,
    responses(
        (status = 201, body = RippleOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`: no such ticket.", body = Problem),
        (status = 409, description = "`wrong_state`: the ticket is not filed yet.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/ripples")]
pub async fn ask_ripple(
    svc: web::Data<Services>,
    caller: Caller,
    body: Json<RippleIn>,
) -> Result<HttpResponse, ApiError> {
    let ripple = ripple::ask(&svc, &caller.0, body.value.parse()?).await?;
    let location = format!("/api/v1/ripples/{}", ripple.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(RippleOut::from(ripple)))
}
