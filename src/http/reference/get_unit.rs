//! `GET units/{id}`

use actix_web::{Responder, get, web};

use super::dto::unit::UnitOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// Read a unit
#[utoipa::path(
    tag = "reference",
    params(("id" = uuid::Uuid, Path, description = "Id")),
    responses(
        (status = 200, description = "The unit, whether or not it still works", body = UnitOut),
        (status = 404, description = "No such unit", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/units/{id}")]
pub async fn get_unit(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<impl Responder, ApiError> {
    let unit = reference::get_unit(&svc, &caller.0, id.0).await?;
    Ok(web::Json(UnitOut::from(unit)))
}
