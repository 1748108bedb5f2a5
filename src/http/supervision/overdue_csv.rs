//! `GET supervision/overdue.csv`: the whole list, streamed.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::csv::{file_name, header_row, rows};
use super::dto::OverdueParams;
use crate::domain::page::MAX_LIMIT;
use crate::domain::text::Lang;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, supervision};

/// Pull the whole overdue list as a spreadsheet file.
///
/// CSV in UTF-8 with a byte order mark, so that spreadsheets show Chinese; streamed, without a cap. Column names in the
/// language of `Accept-Language`; the file's name tells the instant, and `forecast` when it lies in the future.
#[utoipa::path(
    tag = "supervision",
    params(OverdueParams),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`as_of_in_past` or `invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/overdue.csv")]
pub async fn list_overdue_csv(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<OverdueParams>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let accept = request.headers().get(header::ACCEPT_LANGUAGE);
    let lang = Lang::negotiate(accept.and_then(|value| value.to_str().ok()));
    let mut query = query.0.parse()?;
    query.cursor = None;
    query.limit = MAX_LIMIT;
    let mut pages = Box::pin(supervision::pages(svc.get_ref().clone(), caller.0, query));
    // The first page decides the status: a refusal must not come after a 200.
    let first = pages.try_next().await?;
    let first = first.ok_or_else(|| anyhow::anyhow!("a list has a first page"))?;
    let name = file_name(&first)?;
    let body = stream::iter([Ok(header_row(lang)?), rows(first, lang)])
        .chain(pages.map(move |page| page.map_err(ApiError).and_then(|page| rows(page, lang))))
        .map_err(actix_web::Error::from);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .streaming(body))
}
