//! `GET supervision/overdue`.

use actix_web::{get, web};

use super::dto::{OverduePageOut, OverdueParams};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, supervision};

/// Pull the overdue list (超期未结清单).
///
/// Open tickets whose clock runs past its deadline at the instant, and those submitted too late that await a recheck. The list of a past
/// instant is what was known then: the same next week, whatever has happened since. Of an instant a moment ago a command may still be on its way.
#[utoipa::path(
    tag = "supervision",
    params(OverdueParams),
    responses(
        (status = 200, body = OverduePageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/overdue")]
pub async fn list_overdue(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<OverdueParams>,
) -> Result<web::Json<OverduePageOut>, ApiError> {
    let pull = supervision::pull(&svc, &caller.0, &query.0.parse()?).await?;
    Ok(web::Json(pull.into()))
}
