//! `POST sync/batches`.

use actix_web::{post, web};

use super::dto::{BATCH_BYTES, BATCH_ITEMS, LimitsOut};
use super::phone::Phone;
use super::push_dto::{BatchOut, SyncBatch};
use crate::http::extract::{Caller, read_body};
use crate::http::problem::{ApiError, Problem};
use crate::services::error::Code;
use crate::services::input::batch::read_batch;
use crate::services::sync::{device, push};
use crate::services::{Error, Services};

/// Push what was done offline.
///
/// Every mutation is judged by itself and has its result, in the order of the batch; sending a batch again, whole or in
/// parts, is always safe. Nothing may be deleted on the phone before `safe_to_delete`. The protocol, the kinds of mutations
/// and a worked example are in `api-spec/sync.md`.
#[utoipa::path(
    tag = "sync",
    params(
        ("X-Device-Id" = Option<uuid::Uuid>, Header, description = "The phone; needed when the login named none"),
    ),
    request_body = SyncBatch,
    responses(
        (status = 200, description = "A result for each mutation.", body = BatchOut),
        (status = 400, description = "`malformed_json`: no batch at all. `malformed_header`.", body = Problem),
        (status = 401, description = "`token_expired`, `session_revoked`, `device_unknown`: none of them is a reason to delete anything on the phone.", body = Problem),
        (status = 413, description = "`too_large`, with the `limits`: send less at a time.", body = Problem),
        (status = 503, description = "`unavailable`: send all of it again.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/sync/batches")]
pub async fn push_batch(
    svc: web::Data<Services>,
    caller: Caller,
    phone: Phone,
    payload: web::Payload,
) -> Result<web::Json<BatchOut>, ApiError> {
    let mut actor = caller.0;
    actor.device_id = Some(device::of_request(&svc, &actor, phone.device_id).await?);
    let body = read_body(payload.into_inner(), BATCH_BYTES)
        .await
        .map_err(with_limits)?;
    let batch = read_batch(&body)?;
    if batch.mutations.len() > BATCH_ITEMS {
        return Err(with_limits(Error::new(Code::TooLarge)).into());
    }
    let batch_id = batch.id;
    let pushed = push::push(&svc, &actor, batch).await?;
    Ok(web::Json(BatchOut::new(batch_id, pushed)))
}

/// A phone whose batch is too large learns what is not.
fn with_limits(error: Error) -> Error {
    if error.code() != Code::TooLarge {
        return error;
    }
    let limits = serde_json::to_value(LimitsOut::default()).unwrap_or_default();
    error.member("limits", limits)
}
