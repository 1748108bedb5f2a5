//! `GET calendars`

use actix_web::{Responder, get, web};

use super::dto::calendar::CalendarsOut;
use crate::http::extract::Caller;
use crate::http::problem::ApiError;
use crate::services::{Services, reference};

/// List imports of the official calendar
#[utoipa::path(
    tag = "reference",
    responses((status = 200, description = "Every import", body = CalendarsOut)),
    security(("bearer" = [])),
)]
#[get("/calendars")]
pub async fn list_calendars(
    svc: web::Data<Services>,
    caller: Caller,
) -> Result<impl Responder, ApiError> {
    let calendars = reference::list_calendars(&svc, &caller.0).await?;
    Ok(web::Json(CalendarsOut::from(calendars)))
}
