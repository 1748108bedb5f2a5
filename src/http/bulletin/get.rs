//! `GET bulletins/{id}`.

use actix_web::{get, web};

use super::dto::BulletinContentOut;
use crate::http::extract::Caller;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, bulletin};

/// Read a bulletin.
///
/// With everything that was frozen of it, checked against its hash.
#[utoipa::path(
    tag = "bulletins",
    params(("id" = String, Path, description = "Number of a bulletin, or its id")),
    responses(
        (status = 200, body = BulletinContentOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/bulletins/{id}")]
pub async fn get_bulletin(
    svc: web::Data<Services>,
    caller: Caller,
    name: web::Path<String>,
) -> Result<web::Json<BulletinContentOut>, ApiError> {
    let (found, data) = bulletin::get(&svc, &caller.0, &bulletin::name(&name)).await?;
    Ok(web::Json(BulletinContentOut::new(found, data)))
}
