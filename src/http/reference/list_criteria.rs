//! `GET criteria`

use actix_web::{Responder, get, web};

use super::dto::criterion::CriteriaOut;
use super::dto::item::ItemsQuery;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// List criteria (测评标准)
///
/// What is judged at check points, by form; reports say of each whether it was met.
#[utoipa::path(
    tag = "reference",
    params(ItemsQuery),
    responses(
        (status = 200, description = "Those of one version of the catalogue", body = CriteriaOut),
        (status = 404, description = "No such version, or none in force", body = Problem),
        (status = 422, description = "`invalid_query`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/criteria")]
pub async fn list_criteria(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<ItemsQuery>,
) -> Result<impl Responder, ApiError> {
    let criteria = reference::list_criteria(&svc, &caller.0, query.0.into()).await?;
    Ok(web::Json(CriteriaOut::from(criteria)))
}
