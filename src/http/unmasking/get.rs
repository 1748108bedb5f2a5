//! `GET unmaskings/{id}`.

use actix_web::{get, web};

use super::dto::UnmaskingOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, unmasking};

/// Read an unmasking
///
/// Who it is stands there once it is confirmed, for who asked and who confirmed.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The unmasking's id")),
    responses(
        (status = 200, body = UnmaskingOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/unmaskings/{id}")]
pub async fn get_unmasking(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<UnmaskingOut>, ApiError> {
    let found = unmasking::get(&svc, &caller.0, id.0).await?;
    Ok(web::Json(found.into()))
}
