//! `GET rulings`.

use actix_web::{get, web};

use super::dto::{RulingPageOut, RulingsQuery};
use crate::domain::ticket::ruling::RulingFilter;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::{Services, ruling};

/// List ownership rulings (确权).
///
/// The newest first. For the office.
#[utoipa::path(
    tag = "rulings",
    params(RulingsQuery),
    responses(
        (status = 200, body = RulingPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/rulings")]
pub async fn list_rulings(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<RulingsQuery>,
) -> Result<web::Json<RulingPageOut>, ApiError> {
    let query = query.0;
    let filter = RulingFilter {
        active: query.active,
        item: query.item,
        point_id: query.point,
        units: None,
    };
    let limit = page_limit(query.limit)?;
    let (unit, cursor) = (query.unit.as_deref(), query.cursor.as_deref());
    let page = ruling::list(&svc, &caller.0, filter, unit, cursor, limit).await?;
    Ok(web::Json(page.into()))
}
