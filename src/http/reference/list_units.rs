//! `GET units`

use actix_web::{Responder, get, web};

use super::dto::unit::{UnitsOut, UnitsQuery};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// List units as a tree
#[utoipa::path(
    tag = "reference",
    params(UnitsQuery),
    responses(
        (status = 200, description = "Those that work", body = UnitsOut),
        (status = 422, description = "`invalid_query`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/units")]
pub async fn list_units(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<UnitsQuery>,
) -> Result<impl Responder, ApiError> {
    let units = reference::list_units(&svc, &caller.0, query.0.try_into()?).await?;
    Ok(web::Json(UnitsOut::from(units)))
}
