//! `GET supervision/slips`.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::geo::Datum;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::dto::{SlipOut, TicketOut};
use crate::http::ticket::list::page_limit;
use crate::services::supervision::{SlipRow, SlipsQuery};
use crate::services::{Services, supervision};

/// What to list. Everything given narrows the list further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SlipListQuery {
    /// 督办级别.
    level: Option<u32>,
    /// Replied to, or not.
    replied: Option<bool>,
    /// Only those whose reply is missing and was due.
    #[serde(default)]
    overdue: bool,
    /// Code of a unit: of tickets led by it or by one below it.
    unit: Option<String>,
    /// Code of a district.
    district: Option<String>,
    /// Number of a digest that they are in.
    digest: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// A page of slips.
#[derive(Serialize, ToSchema)]
pub struct SlipPageOut {
    /// Latest first.
    items: Vec<SlipItemOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// A slip with its ticket.
#[derive(Serialize, ToSchema)]
pub struct SlipItemOut {
    /// The slip.
    #[serde(flatten)]
    slip: SlipOut,
    /// Its ticket as it is now.
    ticket: TicketOut,
}

impl From<SlipRow> for SlipItemOut {
    fn from(row: SlipRow) -> Self {
        Self {
            slip: SlipOut::from(row.slip),
            ticket: TicketOut::new(row.ticket, Datum::Wgs84),
        }
    }
}

/// List supervision slips (督办单)
///
/// Latest first. The office is given all, a unit those of the tickets that it leads.
#[utoipa::path(
    tag = "supervision",
    params(SlipListQuery),
    responses(
        (status = 200, body = SlipPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/slips")]
pub async fn list_slips(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<SlipListQuery>,
) -> Result<web::Json<SlipPageOut>, ApiError> {
    let query = query.0;
    let asked = SlipsQuery {
        level: query.level,
        replied: query.replied,
        overdue: query.overdue,
        unit: query.unit,
        district: query.district,
        digest: query.digest,
        cursor: query.cursor,
        limit: page_limit(query.limit)?,
    };
    let page = supervision::list_slips(&svc, &caller.0, asked).await?;
    Ok(web::Json(SlipPageOut {
        items: page.items.into_iter().map(SlipItemOut::from).collect(),
        next_cursor: page.next_cursor,
    }))
}
