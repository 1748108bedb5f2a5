//! `GET bulletins/{id}/page`.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, get, web};

use crate::http::extract::Caller;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, bulletin};

/// Nothing on the page comes from anywhere else, and nothing on it runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// Read a bulletin as a page (HTML).
///
/// One self-contained file, for the screen and for printing on A4. Of a draft, what it would say now.
#[utoipa::path(
    tag = "bulletins",
    params(("id" = String, Path, description = "Number of a bulletin, or its id")),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/bulletins/{id}/page")]
pub async fn get_bulletin_page(
    svc: web::Data<Services>,
    caller: Caller,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let page = bulletin::page(&svc, &caller.0, &bulletin::name(&name)).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .body(page))
}
