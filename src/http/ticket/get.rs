//! `GET tickets/{id}`.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::TicketOut;
use super::respond;
use crate::domain::geo::Datum;
use crate::http::extract::{Caller, Id, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, ticket};

/// How to show it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowQuery {
    /// Datum of positions: `wgs84` (default), `gcj02` or `bd09`.
    #[param(value_type = Option<String>)]
    datum: Option<Datum>,
}

/// Read a ticket.
#[utoipa::path(
    tag = "tickets",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id"), ShowQuery),
    responses(
        (status = 200, description = "With its `ETag`.", body = TicketOut),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/tickets/{id}")]
pub async fn get_ticket(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    query: Query<ShowQuery>,
) -> Result<HttpResponse, ApiError> {
    let view = ticket::get(&svc, &caller.0, id.0).await?;
    Ok(respond::ticket(view, query.0.datum.unwrap_or(Datum::Wgs84)))
}
