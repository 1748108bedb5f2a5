//! `GET supervision/due-soon`.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dto::DueTicketOut;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::{page_limit, refuse};
use crate::services::Services;
use crate::services::supervision::{self, DueSoonQuery};

/// What to list. Everything given narrows the list further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DueSoonParams {
    /// At most so many work hours left, by the calendar of the lead unit: 1 to 400; 8 when not given.
    #[param(example = 8)]
    work_hours: Option<u16>,
    /// Code of a district.
    district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
    /// Code of an item.
    item: Option<String>,
    /// `next_cursor` of the page before; the instant stays that of the first page.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// A page of what is due soon (即将到期清单).
#[derive(Serialize, ToSchema)]
pub struct DueSoonPageOut {
    /// The instant it counts from.
    as_of: Timestamp,
    /// Soonest first.
    items: Vec<DueSoonOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// A ticket that is due soon.
#[derive(Serialize, ToSchema)]
pub struct DueSoonOut {
    #[serde(flatten)]
    ticket: DueTicketOut,
    /// Work time left, in seconds.
    remaining_work_s: i64,
}

/// List what is due soon (即将到期清单).
///
/// Tickets whose clock runs, that are not late yet and have no more than so many work hours left.
#[utoipa::path(
    tag = "supervision",
    params(DueSoonParams),
    responses(
        (status = 200, body = DueSoonPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/due-soon")]
pub async fn list_due_soon(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<DueSoonParams>,
) -> Result<web::Json<DueSoonPageOut>, ApiError> {
    let query = query.0;
    let work_hours = match query.work_hours.unwrap_or(8) {
        hours @ 1..=400 => hours,
        _ => return Err(refuse("work_hours", "1–400").into()),
    };
    let asked = DueSoonQuery {
        work_hours,
        district: query.district,
        unit: query.unit,
        item: query.item,
        cursor: query.cursor,
        limit: page_limit(query.limit)?,
    };
    let (as_of, page) = supervision::due_soon(&svc, &caller.0, asked).await?;
    let rows = page.items.into_iter().map(|row| DueSoonOut {
        ticket: DueTicketOut::new(row.ticket, &row.item_name),
        remaining_work_s: row.remaining_work_s,
    });
    Ok(web::Json(DueSoonPageOut {
        as_of,
        items: rows.collect(),
        next_cursor: page.next_cursor,
    }))
}
