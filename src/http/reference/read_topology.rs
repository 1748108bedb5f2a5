//! `GET areas/topology`

use actix_web::{Responder, get, web};

use super::dto::area::TopologyOut;
use crate::http::extract::Caller;
use crate::http::problem::ApiError;
use crate::services::{Services, reference};

/// Find gaps and overlaps of the districts
#[utoipa::path(
    tag = "reference",
    responses((status = 200, description = "Of the districts in force", body = TopologyOut)),
    security(("bearer" = [])),
)]
#[get("/areas/topology")]
pub async fn read_topology(
    svc: web::Data<Services>,
    caller: Caller,
) -> Result<impl Responder, ApiError> {
    let topology = reference::read_topology(&svc, &caller.0).await?;
    Ok(web::Json(TopologyOut::from(topology)))
}
