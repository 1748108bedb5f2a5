//! `GET supervision/digests`.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::supervision::digest::Digest;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::{Services, supervision};

/// What to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DigestListQuery {
    /// Code of a unit: told it or one below it.
    unit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// A page of digests.
#[derive(Serialize, ToSchema)]
pub struct DigestPageOut {
    /// Latest first.
    items: Vec<DigestOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// What the ladder issued to a unit at one time.
#[derive(Serialize, ToSchema)]
pub struct DigestOut {
    /// 汇总编号: for `supervision/slips?digest=`.
    #[schema(example = "DH-2026-000001")]
    number: String,
    /// The addressee.
    unit: String,
    /// When it was told.
    told_at: Timestamp,
    /// How many slips it has.
    slips: u32,
    /// How many of each level, lowest level first.
    levels: Vec<DigestLevelOut>,
}

/// The slips of one level.
#[derive(Serialize, ToSchema)]
pub struct DigestLevelOut {
    /// 督办级别.
    level: u32,
    /// How many.
    slips: u32,
}

impl From<Digest> for DigestOut {
    fn from(digest: Digest) -> Self {
        let levels = digest.levels.into_iter();
        let levels: Vec<DigestLevelOut> = levels
            .map(|(level, slips)| DigestLevelOut { level, slips })
            .collect();
        Self {
            number: digest.number,
            unit: digest.unit_name,
            told_at: digest.told_at,
            slips: levels.iter().map(|level| level.slips).sum(),
            levels,
        }
    }
}

/// List digests (督办汇总).
///
/// What the ladder issued to one unit at one time, latest first. The office is given all, a unit those that were told it or a unit below
/// it. The slips themselves: `supervision/slips?digest=`.
#[utoipa::path(
    tag = "supervision",
    params(DigestListQuery),
    responses(
        (status = 200, body = DigestPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/digests")]
pub async fn list_digests(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<DigestListQuery>,
) -> Result<web::Json<DigestPageOut>, ApiError> {
    let query = query.0;
    let limit = page_limit(query.limit)?;
    let (unit, cursor) = (query.unit.as_deref(), query.cursor.as_deref());
    let page = supervision::list_digests(&svc, &caller.0, unit, cursor, limit).await?;
    let page = page.map(DigestOut::from);
    Ok(web::Json(DigestPageOut {
        items: page.items,
        next_cursor: page.next_cursor,
    }))
}
