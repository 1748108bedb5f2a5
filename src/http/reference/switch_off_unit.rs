//! `POST units/{id}/switch_off`.

use actix_web::{Responder, post, web};

use super::dto::unit::UnitOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// Switch a unit off (停用单位)
///
/// Nothing is routed to it any more; old tickets keep it. Importing it again switches it on.
#[utoipa::path(
    tag = "reference",
    params(("id" = uuid::Uuid, Path, description = "Id")),
    responses(
        (status = 200, description = "The unit, which works no more", body = UnitOut),
        (status = 403, description = "`forbidden`", body = Problem),
        (status = 404, description = "No such unit", body = Problem),
        (status = 409, description = "`unit_leads_open_tickets` with `open_tickets`: hand them over first; `unit_has_units` with `units`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[post("/units/{id}/switch_off")]
pub async fn switch_off_unit(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<impl Responder, ApiError> {
    let unit = reference::switch_off_unit(&svc, &caller.0, id.0).await?;
    Ok(web::Json(UnitOut::from(unit)))
}
