//! `POST unmaskings/{id}/confirm`.

use actix_web::{post, web};

use super::dto::UnmaskingOut;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::NothingIn;
use crate::services::{Services, unmasking};

/// Confirm that an inspector is unmasked, as the second person
///
/// Who asked and who confirms may read who it is from here on, and nobody else.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The unmasking's id")),
    request_body = NothingIn,
    responses(
        (status = 200, body = UnmaskingOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`second_person` or `wrong_state`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/unmaskings/{id}/confirm")]
pub async fn confirm_unmasking(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    _nothing: Json<NothingIn>,
) -> Result<web::Json<UnmaskingOut>, ApiError> {
    let confirmed = unmasking::confirm(&svc, &caller.0, id.0).await?;
    Ok(web::Json(confirmed.into()))
}
