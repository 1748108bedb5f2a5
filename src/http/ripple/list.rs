//! `GET ripples`.

use actix_web::{get, web};

use super::dto::{RipplePageOut, RipplesQuery};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::{Services, ripple};

/// List ripple tasks (举一反三)
///
/// The latest first: for the office all, with who has answered; for a unit those that it or one below it is asked.
#[utoipa::path(
    tag = "supervision",
    params(RipplesQuery),
    responses(
        (status = 200, body = RipplePageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/ripples")]
pub async fn list_ripples(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<RipplesQuery>,
) -> Result<web::Json<RipplePageOut>, ApiError> {
    let limit = page_limit(query.0.limit)?;
    let page = ripple::list(&svc, &caller.0, query.0.cursor.as_deref(), limit).await?;
    Ok(web::Json(page.into()))
}
