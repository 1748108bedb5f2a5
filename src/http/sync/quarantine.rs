//! `GET admin/quarantine` and `POST admin/quarantine/replay`.

use actix_web::{get, post, web};

use super::push_dto::{QuarantineOut, QuarantineQuery, ReplayIn, ReplayOut};
use crate::http::extract::{Caller, Json, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::Services;
use crate::services::sync::quarantine;

/// List what was quarantined (隔离区).
///
/// What phones sent and the server could not do, as it came, with the reason.
#[utoipa::path(
    tag = "sync",
    params(QuarantineQuery),
    responses(
        (status = 200, body = QuarantineOut),
        (status = 403, description = "`forbidden`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/admin/quarantine")]
pub async fn list_quarantine(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<QuarantineQuery>,
) -> Result<web::Json<QuarantineOut>, ApiError> {
    let limit = query.0.limit();
    let page = quarantine::list(&svc, &caller.0, query.0.cursor.as_deref(), limit).await?;
    Ok(web::Json(page.into()))
}

/// Have quarantined work judged again.
///
/// By the rules, the reference data and the assignments of today, as the sender's: once.
#[utoipa::path(
    tag = "sync",
    request_body = ReplayIn,
    responses(
        (status = 200, body = ReplayOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/admin/quarantine/replay")]
pub async fn replay_quarantine(
    svc: web::Data<Services>,
    caller: Caller,
    body: Json<ReplayIn>,
) -> Result<web::Json<ReplayOut>, ApiError> {
    let replayed = quarantine::replay(&svc, &caller.0, body.value.parse()?).await?;
    Ok(web::Json(replayed.into()))
}
