//! `GET calendars/current`

use actix_web::{Responder, get, web};

use super::dto::calendar::CurrentCalendarOut;
use crate::http::extract::Caller;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// Read the calendar in force
#[utoipa::path(
    tag = "reference",
    responses(
        (status = 200, description = "The calendar", body = CurrentCalendarOut),
        (status = 404, description = "None was imported yet", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/calendars/current")]
pub async fn read_current_calendar(
    svc: web::Data<Services>,
    caller: Caller,
) -> Result<impl Responder, ApiError> {
    let calendar = reference::read_current_calendar(&svc, &caller.0).await?;
    Ok(web::Json(CurrentCalendarOut::from(calendar)))
}
