//! `GET supervision/overdue.xlsx`: the whole list, as an office prints it.

use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::TryStreamExt as _;

use super::dto::OverdueParams;
use super::overdue_csv::begin;
use super::overdue_sheet::{COLUMNS, rows};
use super::sheet::{Zoned, reader_of};
use super::xlsx::{self, Book};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::Services;

/// Pull the whole overdue list as a workbook.
///
/// XLSX, A4 across, the names of the columns on every page; without a cap: where a sheet is full, another follows. Title and names of
/// columns in the language of `Accept-Language`. The title names the instant, the last row gives the number of rows and the exact instant.
#[utoipa::path(
    tag = "supervision",
    params(OverdueParams),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/overdue.xlsx")]
pub async fn list_overdue_xlsx(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<OverdueParams>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let lang = reader_of(&request);
    let zone = Zoned::of_city()?;
    let (heading, pages) = begin(&svc, caller, query.0).await?;
    let book = Book {
        file_name: heading.file_name("xlsx", &zone),
        title: heading.title(lang, &zone),
        columns: &COLUMNS,
        pages_across: 1,
        lang,
        zone,
    };
    let parts = pages.map_ok(move |pull| rows(pull, lang));
    xlsx::whole(book, Box::pin(parts), heading.footing()).await
}
