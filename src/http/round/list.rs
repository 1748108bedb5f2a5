//! `GET rounds`.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::RoundPageOut;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::{Services, round};

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RoundListQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// List rounds.
///
/// Those first that start last. For supervisors.
#[utoipa::path(
    tag = "rounds",
    params(RoundListQuery),
    responses(
        (status = 200, body = RoundPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/rounds")]
pub async fn list_rounds(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<RoundListQuery>,
) -> Result<web::Json<RoundPageOut>, ApiError> {
    let limit = page_limit(query.0.limit)?;
    let page = round::list(&svc, &caller.0, query.0.cursor.as_deref(), limit).await?;
    Ok(web::Json(page.into()))
}
