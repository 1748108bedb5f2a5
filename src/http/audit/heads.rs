//! `GET audit/heads`.

use actix_web::{get, web};

use super::dto::{HeadOut, HeadsOut, HeadsQuery};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, audit};

/// Heads that are answered when nobody says how many.
const FEW: u32 = 10;

/// Read the latest heads of the audit log (留痕存证).
///
/// Each vouches for every row of every trail that was anchored before it. Write one down outside: with it nobody can be shown another past.
#[utoipa::path(
    tag = "audit",
    params(HeadsQuery),
    responses(
        (status = 200, body = HeadsOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/audit/heads")]
pub async fn list_audit_heads(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<HeadsQuery>,
) -> Result<web::Json<HeadsOut>, ApiError> {
    let limit = query.0.limit.unwrap_or(FEW).clamp(1, audit::PAGE_HEADS);
    let heads = audit::heads(&svc, &caller.0, limit).await?;
    Ok(web::Json(HeadsOut {
        items: heads.into_iter().map(HeadOut::from).collect(),
    }))
}
