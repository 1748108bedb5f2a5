//! `GET items`

use actix_web::{Responder, get, web};

use super::dto::item::{ItemsOut, ItemsQuery};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, reference};

/// List catalogue items with their filing conditions
#[utoipa::path(
    tag = "reference",
    params(ItemsQuery),
    responses(
        (status = 200, description = "One version of the catalogue", body = ItemsOut),
        (status = 404, description = "No such version, or none in force", body = Problem),
        (status = 422, description = "`invalid_query`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/items")]
pub async fn list_items(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<ItemsQuery>,
) -> Result<impl Responder, ApiError> {
    let contents = reference::list_items(&svc, &caller.0, query.0.into()).await?;
    Ok(web::Json(ItemsOut::from(contents)))
}
