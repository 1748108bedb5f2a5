//! `GET unmaskings`.

use actix_web::{get, web};

use super::dto::{UnmaskingPageOut, UnmaskingsQuery};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::{Services, unmasking};

/// List unmaskings
///
/// The latest first. For supervisors, administrators and the auditor.
#[utoipa::path(
    tag = "rounds",
    params(UnmaskingsQuery),
    responses(
        (status = 200, body = UnmaskingPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/unmaskings")]
pub async fn list_unmaskings(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<UnmaskingsQuery>,
) -> Result<web::Json<UnmaskingPageOut>, ApiError> {
    let limit = page_limit(query.0.limit)?;
    let page = unmasking::list(&svc, &caller.0, query.0.cursor.as_deref(), limit).await?;
    Ok(web::Json(page.into()))
}
