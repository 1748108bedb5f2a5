//! `GET lookbacks`.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::LookbackPageOut;
use crate::domain::text::Text;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::error::Code;
use crate::services::lookback::{self, Stage};
use crate::services::{Error, Services};

/// Which look-backs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LookbackListQuery {
    /// State of the last task: `open`, `started`, `done` or `cancelled`; or `unasked`.
    state: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// List look-backs (回头看).
///
/// The tickets drawn from what units closed by themselves, each with the last task made of it. Those `cancelled` or `unasked`, and those
/// whose result is `unable`, wait for the clerk to ask another inspector.
#[utoipa::path(
    tag = "tasks",
    params(LookbackListQuery),
    responses(
        (status = 200, body = LookbackPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/lookbacks")]
pub async fn list_lookbacks(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<LookbackListQuery>,
) -> Result<web::Json<LookbackPageOut>, ApiError> {
    let query = query.0;
    let stage = query.state.as_deref().map(stage).transpose()?;
    let limit = page_limit(query.limit)?;
    let page = lookback::list(&svc, &caller.0, stage, query.cursor.as_deref(), limit).await?;
    Ok(web::Json(page.into()))
}

fn stage(word: &str) -> Result<Stage, Error> {
    if word == "unasked" {
        return Ok(Stage::Unasked);
    }
    word.parse().map(Stage::Task).map_err(|_unknown| {
        Error::with_detail(
            Code::InvalidQuery,
            Text::new(
                "state 应为：open, started, done, cancelled, unasked",
                "state takes: open, started, done, cancelled, unasked",
            ),
        )
    })
}
