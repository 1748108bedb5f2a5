//! `POST bulletins/{id}/freeze`.

use actix_web::{post, web};

use super::dto::BulletinOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, bulletin};

/// Freeze a bulletin (定稿).
///
/// Its figures, definitions, boards, pictures and page are taken as they are, numbered and hashed, and never change again. Granted appeals that
/// changed figures of earlier bulletins are in it as errata.
#[utoipa::path(
    tag = "bulletins",
    params(("id" = uuid::Uuid, Path, description = "The bulletin's id")),
    responses(
        (status = 200, body = BulletinOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`.", body = Problem),
        (status = 422, description = "`invalid_query`: the period has not begun, or its instant lies ahead.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/bulletins/{id}/freeze")]
pub async fn freeze_bulletin(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<BulletinOut>, ApiError> {
    let frozen = bulletin::freeze(&svc, &caller.0, id.0).await?;
    Ok(web::Json(frozen.into()))
}
