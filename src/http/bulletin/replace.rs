//! `PUT bulletins/{id}`.

use actix_web::{put, web};

use super::dto::{BulletinIn, BulletinOut};
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, bulletin};

/// Write a draft anew.
#[utoipa::path(
    tag = "bulletins",
    params(("id" = uuid::Uuid, Path, description = "The bulletin's id")),
    request_body = BulletinIn,
    responses(
        (status = 200, body = BulletinOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`.", body = Problem),
        (status = 422, description = "`invalid`, with every fault.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[put("/bulletins/{id}")]
pub async fn replace_bulletin(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<BulletinIn>,
) -> Result<web::Json<BulletinOut>, ApiError> {
    let draft = body.value.parse()?;
    let replaced = bulletin::replace(&svc, &caller.0, id.0, draft).await?;
    Ok(web::Json(replaced.into()))
}
