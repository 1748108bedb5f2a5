//! `GET supervision/ledger`, and the same as a file.

use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::csv;
use super::ledger_sheet::{AFTER_COLUMN, BEFORE_COLUMN, COLUMNS, cells};
use super::sheet::{Cell, Footing, Zoned, download, reader_of};
use super::xlsx::{self, Book};
use crate::domain::text::Lang;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::{page_limit, refuse, states};
use crate::services::evidence::read::thumbnail;
use crate::services::supervision::{self, LedgerQuery, LedgerRow};
use crate::services::{Error, Services};

/// Lines that a file holds in memory at once.
const FILE_PART: u32 = 1_000;
/// Lines of a workbook with pictures: they all lie in memory until it is whole.
const MOST_WITH_PHOTOS: i64 = 500;

/// Which lines. Everything given narrows the ledger further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerParams {
    /// Found in this round.
    round: Option<Uuid>,
    /// Code of a district.
    district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
    /// Code of an item.
    item: Option<String>,
    /// States, separated by commas.
    #[param(example = "dispatched,rectifying")]
    state: Option<String>,
    /// Only for XLSX: with a picture of the fault and one of what became of it, at most 500 lines.
    #[serde(default)]
    photos: bool,
    /// `next_cursor` of the page before. Not for files, which are whole.
    cursor: Option<String>,
    /// Most lines, 1 to 500; 50 when not given. Not for files.
    limit: Option<u32>,
}

impl LedgerParams {
    fn parse(self) -> Result<LedgerQuery, Error> {
        Ok(LedgerQuery {
            round: self.round,
            district: self.district,
            unit: self.unit,
            item: self.item,
            states: self
                .state
                .as_deref()
                .map(states)
                .transpose()?
                .unwrap_or_default(),
            cursor: self.cursor,
            limit: page_limit(self.limit)?,
        })
    }

    fn parse_whole(self) -> Result<LedgerQuery, Error> {
        Ok(LedgerQuery {
            cursor: None,
            limit: FILE_PART,
            ..self.parse()?
        })
    }
}

/// A page of the ledger (台账).
#[derive(Serialize, ToSchema)]
pub struct LedgerPageOut {
    /// The instant it tells of.
    as_of: Timestamp,
    /// In the order of numbers; the members are the columns of the file, but for `seq`. What a file shows as a word for yes is a boolean.
    items: Vec<Map<String, Value>>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// Read the ledger (台账).
///
/// Every filed ticket, in the order of numbers, as it is now. Words in the language of `Accept-Language`.
#[utoipa::path(
    tag = "supervision",
    params(LedgerParams),
    responses(
        (status = 200, body = LedgerPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/ledger")]
pub async fn list_ledger(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<LedgerParams>,
    request: HttpRequest,
) -> Result<web::Json<LedgerPageOut>, ApiError> {
    let (lang, zone) = (reader_of(&request), Zoned::of_city()?);
    let (as_of, page) = supervision::ledger(&svc, &caller.0, &query.0.parse()?).await?;
    let line = |row| {
        let fields = COLUMNS.iter().map(|column| column.en.to_owned());
        let cells = cells(0, row, lang, &zone).into_iter().map(Cell::into_json);
        fields.zip(cells).skip(1).collect()
    };
    Ok(web::Json(LedgerPageOut {
        as_of,
        items: page.items.into_iter().map(line).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// Read the whole ledger as a spreadsheet file.
///
/// CSV in UTF-8 with a byte order mark; streamed, without a cap. The last record is not a ticket: it gives the number of lines and the instant.
#[utoipa::path(
    tag = "supervision",
    params(LedgerParams),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/ledger.csv")]
pub async fn list_ledger_csv(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<LedgerParams>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (lang, zone) = (reader_of(&request), Zoned::of_city()?);
    let (footing, parts) = begin(&svc, caller, query.0).await?;
    let name = format!("ledger-{}.csv", zone.file_stamp(footing.as_of));
    let counted = counted(parts).map_ok({
        let zone = zone.clone();
        move |rows| in_cells(rows, lang, &zone)
    });
    let body = csv::whole(&COLUMNS, Box::pin(counted), footing, lang, zone);
    Ok(download(&name, "text/csv; charset=utf-8").streaming(body))
}

/// Read the whole ledger as a workbook.
///
/// XLSX, A4 across, two pages wide, with the names of the columns and the number of each line on every page. With `photos=true` each line shows the first picture of the fault and the last
/// of what became of it, for at most 500 lines.
#[utoipa::path(
    tag = "supervision",
    params(LedgerParams),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`; also for pictures of more than 500 lines.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/ledger.xlsx")]
pub async fn list_ledger_xlsx(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<LedgerParams>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (lang, zone) = (reader_of(&request), Zoned::of_city()?);
    let photos = query.0.photos;
    let (footing, parts) = begin(&svc, caller, query.0).await?;
    let as_of = zone.minute(footing.as_of);
    let book = Book {
        file_name: format!("ledger-{}.xlsx", zone.file_stamp(footing.as_of)),
        title: match lang {
            Lang::Zh => format!("督查整改台账（{as_of}）"),
            Lang::En => format!("Ledger of rectification ({as_of})"),
        },
        columns: &COLUMNS,
        pages_across: 2,
        lang,
        zone: zone.clone(),
    };
    let svc = svc.into_inner();
    let counted = counted(parts).and_then(move |rows| {
        let (svc, zone) = (svc.clone(), zone.clone());
        async move {
            let pictures = match photos {
                true => pictures(&svc, &rows).await?,
                false => Vec::new(),
            };
            let mut cells = in_cells(rows, lang, &zone);
            for (row, column, picture) in pictures {
                if let Some(cell) = cells.get_mut(row).and_then(|row| row.get_mut(column)) {
                    *cell = Cell::Picture(picture);
                }
            }
            Ok(cells)
        }
    });
    xlsx::whole(book, Box::pin(counted), footing).await
}

type Part = Vec<LedgerRow>;

/// What the file says of the ledger, and the whole of it. The first page decides the status.
async fn begin(
    svc: &Services,
    caller: Caller,
    query: LedgerParams,
) -> Result<
    (
        Footing,
        impl Stream<Item = Result<Part, Error>> + Unpin + use<>,
    ),
    ApiError,
> {
    let query = query.parse_whole()?;
    let mut pages = Box::pin(supervision::ledger_pages(svc.clone(), caller.0, query));
    let first = pages.try_next().await?;
    let (as_of, first) = first.ok_or_else(|| anyhow::anyhow!("a ledger has a first page"))?;
    let footing = Footing {
        rows: 0,
        as_of,
        forecast: false,
    };
    let rest = pages.map_ok(|(_, rows)| rows);
    Ok((footing, stream::iter([Ok(first)]).chain(rest)))
}

/// Lines with their running numbers.
fn counted(
    parts: impl Stream<Item = Result<Part, Error>>,
) -> impl Stream<Item = Result<Vec<(i64, LedgerRow)>, Error>> {
    let mut seq = 0;
    parts.map_ok(move |rows| {
        let rows = rows.into_iter().map(|row| {
            seq += 1;
            (seq, row)
        });
        rows.collect()
    })
}

fn in_cells(rows: Vec<(i64, LedgerRow)>, lang: Lang, zone: &Zoned) -> Vec<Vec<Cell>> {
    let rows = rows.into_iter();
    rows.map(|(seq, row)| cells(seq, row, lang, zone)).collect()
}

/// The pictures of these lines, each with its line and column.
async fn pictures(
    svc: &Services,
    rows: &[(i64, LedgerRow)],
) -> Result<Vec<(usize, usize, Vec<u8>)>, Error> {
    if rows.last().is_some_and(|(seq, _)| *seq > MOST_WITH_PHOTOS) {
        return Err(refuse("photos", &format!("≤ {MOST_WITH_PHOTOS}")));
    }
    let mut pictures = Vec::new();
    for (index, (_, row)) in rows.iter().enumerate() {
        for (column, key) in [
            (BEFORE_COLUMN, &row.line.before_thumb),
            (AFTER_COLUMN, &row.line.after_thumb),
        ] {
            let Some(key) = key else { continue };
            if let Some(picture) = thumbnail(svc, key).await? {
                pictures.push((index, column, picture));
            }
        }
    }
    Ok(pictures)
}
