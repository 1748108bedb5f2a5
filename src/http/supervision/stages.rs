//! `GET supervision/stages`.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::geo::Datum;
use crate::domain::ticket::request::RequestState;
use crate::domain::ticket::stage::Stage;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::dto::{RequestOut, TicketOut};
use crate::http::ticket::list::{page_limit, refuse};
use crate::services::supervision::StagesQuery;
use crate::services::ticket::InboxQuery;
use crate::services::{Services, supervision, ticket};

/// What to list. Everything given narrows the list further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StageListQuery {
    /// `triage`, `acknowledge`, `return` (also disputes), `recheck` or `request` (waits for a decision).
    #[param(example = "acknowledge")]
    stage: String,
    /// Only those that should have left it by now.
    #[serde(default)]
    overdue: bool,
    /// Code of a unit: of tickets led by it or by one below it.
    unit: Option<String>,
    /// Code of a district.
    district: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// A page of what is owed.
#[derive(Serialize, ToSchema)]
pub struct StagePageOut {
    /// Longest owed first.
    items: Vec<StageItemOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// What is owed.
#[derive(Serialize, ToSchema)]
pub struct StageItemOut {
    /// The ticket; its `stage` says until when it should leave it.
    ticket: TicketOut,
    /// What waits for a decision, at the stage `request`.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestOut>,
}

/// List what is owed at a stage (各环节清单)
///
/// For the office at every stage; for a unit what it has to acknowledge.
#[utoipa::path(
    tag = "supervision",
    params(StageListQuery),
    responses(
        (status = 200, body = StagePageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/stages")]
pub async fn list_stages(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<StageListQuery>,
) -> Result<web::Json<StagePageOut>, ApiError> {
    let query = query.0;
    let limit = page_limit(query.limit)?;
    if query.stage == "request" {
        let asked = InboxQuery {
            states: vec![RequestState::Open],
            unit: query.unit,
            district: query.district,
            overdue: query.overdue,
            cursor: query.cursor,
            limit,
            ..InboxQuery::default()
        };
        let page = ticket::list_requests(&svc, &caller.0, asked).await?;
        let items = page.items.into_iter().map(|row| StageItemOut {
            ticket: TicketOut::new(row.ticket, Datum::Wgs84),
            request: Some(RequestOut::from(row.request)),
        });
        return Ok(web::Json(StagePageOut {
            items: items.collect(),
            next_cursor: page.next_cursor,
        }));
    }
    let all = Stage::ALL.map(Stage::as_str).join(", ");
    let unknown = |_unknown| refuse("stage", &format!("{all}, request"));
    let asked = StagesQuery {
        stage: query.stage.parse().map_err(unknown)?,
        overdue: query.overdue,
        unit: query.unit,
        district: query.district,
        cursor: query.cursor,
        limit,
    };
    let page = supervision::list_stage(&svc, &caller.0, asked).await?;
    let items = page.items.into_iter().map(|view| StageItemOut {
        ticket: TicketOut::new(view, Datum::Wgs84),
        request: None,
    });
    Ok(web::Json(StagePageOut {
        items: items.collect(),
        next_cursor: page.next_cursor,
    }))
}
