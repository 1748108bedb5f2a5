//! `POST unmaskings/{id}/refuse`.

use actix_web::{post, web};

use super::dto::{UnmaskingOut, UnmaskingRefusalIn};
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, unmasking};

/// Refuse that an inspector is unmasked, as the second person
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The unmasking's id")),
    request_body = UnmaskingRefusalIn,
    responses(
        (status = 200, body = UnmaskingOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`second_person` or `wrong_state`.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/unmaskings/{id}/refuse")]
pub async fn refuse_unmasking(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<UnmaskingRefusalIn>,
) -> Result<web::Json<UnmaskingOut>, ApiError> {
    let reason = body.value.reason()?;
    let refused = unmasking::refuse(&svc, &caller.0, id.0, &reason).await?;
    Ok(web::Json(refused.into()))
}
