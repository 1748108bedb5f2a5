//! `GET requests`.

use std::str::FromStr;

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dto::{RequestOut, TicketOut};
use super::list::{page_limit, refuse};
use crate::domain::geo::Datum;
use crate::domain::ticket::request::{RequestKind, RequestState};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::ticket::{InboxQuery, InboxRow};
use crate::services::{Error, Services, ticket};

/// What to list. Everything given narrows the list further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestListQuery {
    /// `open`, `approved`, `refused`, `lapsed`, separated by commas.
    #[param(example = "open")]
    state: Option<String>,
    /// `extension`, `suspension`, `appeal`, `force_closing`, separated by commas.
    #[param(example = "extension")]
    kind: Option<String>,
    /// Code of a unit: of tickets led by it or by one below it.
    unit: Option<String>,
    /// Code of a district.
    district: Option<String>,
    /// Only those that the office should have decided by now.
    #[serde(default)]
    overdue: bool,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

impl RequestListQuery {
    fn parse(self) -> Result<InboxQuery, Error> {
        let states = RequestState::ALL.map(RequestState::as_str).join(", ");
        let kinds = RequestKind::ALL.map(RequestKind::as_str).join(", ");
        Ok(InboxQuery {
            states: words("state", self.state.as_deref(), &states)?,
            kinds: words("kind", self.kind.as_deref(), &kinds)?,
            unit: self.unit,
            district: self.district,
            overdue: self.overdue,
            cursor: self.cursor,
            limit: page_limit(self.limit)?,
        })
    }
}

fn words<T: FromStr>(parameter: &str, words: Option<&str>, all: &str) -> Result<Vec<T>, Error> {
    let Some(words) = words else {
        return Ok(Vec::new());
    };
    let read = |word: &str| {
        word.trim()
            .parse()
            .map_err(|_unknown| refuse(parameter, all))
    };
    words.split(',').map(read).collect()
}

/// A page of requests.
#[derive(Serialize, ToSchema)]
pub struct RequestPageOut {
    /// Oldest first.
    items: Vec<RequestItemOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// A request with its ticket.
#[derive(Serialize, ToSchema)]
pub struct RequestItemOut {
    /// The request.
    #[serde(flatten)]
    request: RequestOut,
    /// Its ticket as it is now; `allowed` says what the caller may decide.
    ticket: TicketOut,
}

impl From<InboxRow> for RequestItemOut {
    fn from(row: InboxRow) -> Self {
        Self {
            request: RequestOut::from(row.request),
            ticket: TicketOut::new(row.ticket, Datum::Wgs84),
        }
    }
}

/// List requests (待办申请)
///
/// Oldest first. The office is given all: a clerk decides extensions, a supervisor the rest. A unit is given those of the tickets
/// that it leads, never a forced closing.
#[utoipa::path(
    tag = "tickets",
    params(RequestListQuery),
    responses(
        (status = 200, body = RequestPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/requests")]
pub async fn list_requests(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<RequestListQuery>,
) -> Result<web::Json<RequestPageOut>, ApiError> {
    let page = ticket::list_requests(&svc, &caller.0, query.0.parse()?).await?;
    Ok(web::Json(RequestPageOut {
        items: page.items.into_iter().map(RequestItemOut::from).collect(),
        next_cursor: page.next_cursor,
    }))
}
