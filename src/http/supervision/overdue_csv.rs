//! `GET supervision/overdue.csv`: the whole list, streamed.

use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};

use super::csv;
use super::dto::OverdueParams;
use super::overdue_sheet::{COLUMNS, Heading, rows};
use super::sheet::{Zoned, download, reader_of};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::supervision::{self, Pull};
use crate::services::{self, Services};

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
    let (heading, pages) = begin(&svc, caller, query.0).await?;
    let name = heading.file_name("csv", &zone);
    let parts = pages.map_ok(move |pull| rows(pull, lang));
    let body = csv::whole(&COLUMNS, Box::pin(parts), heading.footing(), lang, zone);
    Ok(download(&name, "text/csv; charset=utf-8").streaming(body))
}

/// What the first page says of the list, and the whole of it. The first page decides the status: a refusal must not come after a 200.
///
/// # Errors
/// As [`supervision::pull`].
pub async fn begin(
    svc: &Services,
    caller: Caller,
    query: OverdueParams,
) -> Result<
    (
        Heading,
        impl Stream<Item = services::error::Result<Pull>> + use<>,
    ),
    ApiError,
> {
    let query = query.parse_whole()?;
    let mut pages = Box::pin(supervision::pages(svc.clone(), caller.0, query));
    let first = pages.try_next().await?;
    let first = first.ok_or_else(|| anyhow::anyhow!("a list has a first page"))?;
    let heading = Heading::of(&first);
    Ok((heading, stream::iter([Ok(first)]).chain(pages)))
}
