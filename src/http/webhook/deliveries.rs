//! `GET webhooks/{id}/deliveries`.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::{DeliveryOut, DeliveryPageOut};
use crate::http::extract::{Caller, Id, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::{page_limit, refuse};
use crate::services::webhook::DeliveriesQuery;
use crate::services::{Services, webhook};

/// What to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryListQuery {
    /// `waiting`, `delivered` or `failed`.
    state: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// Read the delivery log of a webhook endpoint.
///
/// Every message to it of the last 30 days with every attempt, latest first.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id"), DeliveryListQuery),
    responses(
        (status = 200, body = DeliveryPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/webhooks/{id}/deliveries")]
pub async fn list_webhook_deliveries(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    query: Query<DeliveryListQuery>,
) -> Result<web::Json<DeliveryPageOut>, ApiError> {
    let DeliveryListQuery {
        state,
        cursor,
        limit,
    } = query.0;
    if let Some(word) = &state
        && !["waiting", "delivered", "failed"].contains(&word.as_str())
    {
        return Err(refuse("state", "waiting, delivered, failed").into());
    }
    let limit = page_limit(limit)?;
    let query = DeliveriesQuery {
        state,
        cursor,
        limit,
    };
    let page = webhook::deliveries(&svc, &caller.0, id.0, query).await?;
    let items: anyhow::Result<Vec<DeliveryOut>> =
        page.items.into_iter().map(DeliveryOut::try_from).collect();
    Ok(web::Json(DeliveryPageOut {
        items: items?,
        next_cursor: page.next_cursor,
    }))
}
