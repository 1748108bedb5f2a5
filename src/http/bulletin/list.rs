//! `GET bulletins`.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::{BulletinOut, BulletinPageOut};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::{Services, bulletin};

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BulletinListQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// List bulletins.
///
/// Latest first; supervisors see drafts and frozen ones as well.
#[utoipa::path(
    tag = "bulletins",
    params(BulletinListQuery),
    responses(
        (status = 200, body = BulletinPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/bulletins")]
pub async fn list_bulletins(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<BulletinListQuery>,
) -> Result<web::Json<BulletinPageOut>, ApiError> {
    let limit = page_limit(query.0.limit)?;
    let page = bulletin::list(&svc, &caller.0, query.0.cursor.as_deref(), limit).await?;
    let page = page.map(BulletinOut::from);
    Ok(web::Json(BulletinPageOut {
        items: page.items,
        next_cursor: page.next_cursor,
    }))
}
