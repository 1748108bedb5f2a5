//! `GET points/{id}`

use actix_web::{Responder, get, web};

use super::dto::point::{PointOut, PointQuery};
use crate::domain::geo::Datum;
use crate::http::extract::{Caller, Id, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// Read a check point
#[utoipa::path(
    tag = "reference",
    params(("id" = uuid::Uuid, Path, description = "Id"), PointQuery),
    responses(
        (status = 200, description = "The check point", body = PointOut),
        (status = 404, description = "No such check point", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/points/{id}")]
pub async fn get_point(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    query: Query<PointQuery>,
) -> Result<impl Responder, ApiError> {
    let (point, owners) = reference::get_point(&svc, &caller.0, id.0).await?;
    let datum = query.0.datum.unwrap_or(Datum::Wgs84);
    Ok(web::Json(PointOut::new(point, datum).with_owners(owners)))
}
