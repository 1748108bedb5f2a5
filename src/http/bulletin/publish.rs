//! `POST bulletins/{id}/publish`.

use actix_web::{post, web};

use super::dto::BulletinOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, bulletin};

/// Publish a frozen bulletin (印发).
///
/// From now on everyone may read it who works with tickets, but for inspectors.
#[utoipa::path(
    tag = "bulletins",
    params(("id" = uuid::Uuid, Path, description = "The bulletin's id")),
    responses(
        (status = 200, body = BulletinOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/bulletins/{id}/publish")]
pub async fn publish_bulletin(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<BulletinOut>, ApiError> {
    let published = bulletin::publish(&svc, &caller.0, id.0).await?;
    Ok(web::Json(published.into()))
}
