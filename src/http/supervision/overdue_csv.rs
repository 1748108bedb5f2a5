//! `GET supervision/overdue.csv`: the whole list, streamed.

use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::csv;
use super::dto::OverdueParams;
use super::overdue_sheet::{COLUMNS, file_name, footing, rows};
use super::sheet::{Zoned, download, reader_of};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, supervision};

/// Pull the whole overdue list as a spreadsheet file.
///
/// CSV in UTF-8 with a byte order mark, so that spreadsheets show Chinese; streamed, without a cap. Column names in the
/// language of `Accept-Language`; the file's name tells the instant, and `forecast` when it lies in the future. The last record is not a
/// ticket: it gives the number of rows and the exact instant, so a file that lacks it was cut short.
#[utoipa::path(
    tag = "supervision",
    params(OverdueParams),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
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
    let lang = reader_of(&request);
    let zone = Zoned::of_city()?;
    let query = query.0.parse_whole()?;
    let mut pages = Box::pin(supervision::pages(svc.get_ref().clone(), caller.0, query));
    // The first page decides the status: a refusal must not come after a 200.
    let first = pages.try_next().await?;
    let first = first.ok_or_else(|| anyhow::anyhow!("a list has a first page"))?;
    let name = file_name(&first, "csv", &zone);
    let footing = footing(&first);
    let parts = stream::iter([Ok(first)])
        .chain(pages)
        .map_ok(move |pull| rows(pull, lang));
    let body = csv::whole(&COLUMNS, Box::pin(parts), footing, lang, zone);
    Ok(download(&name, "text/csv; charset=utf-8").streaming(body))
}
