//! `GET duties`.

use actix_web::{get, web};

use super::dto::{DutyListQuery, DutyPageOut};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, duty};

/// List who answers in person for places (街(路)长、点位长、包保领导、门前三包).
#[utoipa::path(
    tag = "reference",
    params(DutyListQuery),
    responses(
        (status = 200, body = DutyPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/duties")]
pub async fn list_duties(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<DutyListQuery>,
) -> Result<web::Json<DutyPageOut>, ApiError> {
    let page = duty::list(&svc, &caller.0, query.0.parse()?).await?;
    Ok(web::Json(page.into()))
}
