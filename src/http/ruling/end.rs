//! `POST rulings/{id}/end`.

use actix_web::{post, web};

use super::dto::RulingOut;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::ReasonIn;
use crate::services::{Services, ruling};

/// End an ownership ruling.
///
/// By a supervisor, with the reason. From now on it routes nothing; what it has routed stays where it is.
#[utoipa::path(
    tag = "rulings",
    params(("id" = uuid::Uuid, Path, description = "The ruling's id")),
    request_body = ReasonIn,
    responses(
        (status = 200, description = "The ruling as it is now.", body = RulingOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`ruling_ended`: it does not hold any more.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/rulings/{id}/end")]
pub async fn end_ruling(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<ReasonIn>,
) -> Result<web::Json<RulingOut>, ApiError> {
    let reason = body.value.parse()?;
    let ended = ruling::end(&svc, &caller.0, id.0, reason).await?;
    Ok(web::Json(ended.into()))
}
