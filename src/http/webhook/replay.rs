//! `POST webhooks/{id}/replay`.

use actix_web::{post, web};

use super::dto::{ReplayIn, ReplayOut};
use crate::domain::text::Text;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::webhook::Replay;
use crate::services::{Error, Services, webhook};

/// Have messages sent again, under the ids that they had.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id")),
    request_body = ReplayIn,
    responses(
        (status = 200, body = ReplayOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 422, description = "`invalid`, with every fault.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/webhooks/{id}/replay")]
pub async fn replay_webhook(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<ReplayIn>,
) -> Result<web::Json<ReplayOut>, ApiError> {
    let what = match (body.value.delivery, body.value.failed_since) {
        (Some(delivery), None) => Replay::One(delivery),
        (None, Some(since)) => Replay::FailedSince(since),
        _ => {
            let text = Text::new(
                "delivery 与 failed_since 须写且只写一个",
                "either delivery or failed_since",
            );
            return Err(Error::invalid_field("/delivery", "one_of_two", text).into());
        }
    };
    let deliveries = webhook::replay(&svc, &caller.0, id.0, what).await?;
    Ok(web::Json(ReplayOut { deliveries }))
}
