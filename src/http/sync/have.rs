//! `POST sync/have`.

use actix_web::{post, web};

use super::push_dto::{HaveIn, HaveOut};
use crate::http::extract::{BaseUrl, Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::Services;
use crate::services::sync::have;

/// Ask what is here.
///
/// After an app kill, a restored phone or a lost answer: only what is `unknown` or `absent` is to be sent again; of what is `partial`, the rest,
/// to its `url` (tus) from `offset` on.
#[utoipa::path(
    tag = "sync",
    request_body = HaveIn,
    responses(
        (status = 200, description = "Of the caller's own.", body = HaveOut),
        (status = 403, description = "`forbidden`: a role that does not sync.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/sync/have")]
pub async fn ask_have(
    svc: web::Data<Services>,
    caller: Caller,
    base: BaseUrl,
    body: Json<HaveIn>,
) -> Result<web::Json<HaveOut>, ApiError> {
    let (mids, photos) = body.value.parse()?;
    let have = have::have(&svc, &caller.0, mids, photos).await?;
    Ok(web::Json(HaveOut::new(have, &base)))
}
