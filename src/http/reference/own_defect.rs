//! `POST areas/topology/{id}/owner`

use actix_web::{Responder, post, web};

use super::dto::area::{AreaOut, DefectOwnerIn};
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// Give a gap or overlap an owner
///
/// It becomes a zone (职责真空区域) of the unit: findings in it go there from now on. For one that has an owner already, the zone's
/// next version.
#[utoipa::path(
    tag = "reference",
    params(("id" = String, Path, description = "The `id` of a gap or overlap in `GET areas/topology`")),
    request_body = DefectOwnerIn,
    responses(
        (status = 201, description = "The zone", body = AreaOut),
        (status = 403, description = "Not for this role", body = Problem),
        (status = 404, description = "The districts in force have no such gap or overlap", body = Problem),
        (status = 422, description = "`invalid`: the unit is unknown, or a name cannot be", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[post("/areas/topology/{id}/owner")]
pub async fn own_defect(
    svc: web::Data<Services>,
    caller: Caller,
    id: web::Path<String>,
    body: Json<DefectOwnerIn>,
) -> Result<impl Responder, ApiError> {
    let owner = body.value.parse()?;
    let zone = reference::own_defect(&svc, &caller.0, &id, owner).await?;
    Ok(actix_web::HttpResponse::Created()
        .insert_header(("location", "/api/v1/areas"))
        .json(AreaOut::from(zone)))
}
