//! `POST tickets/{id}/force_close`.

use actix_web::{HttpResponse, post, web};

use super::dto::TicketOut;
use super::respond;
use crate::domain::geo::Datum;
use crate::domain::ticket::command::{Order, Target};
use crate::http::extract::{Caller, Id, Json, SeenRev};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::ReasonIn;
use crate::services::{Services, ticket};

/// Open a forced closing (强制结案)
///
/// By a supervisor, in any open state. Nothing happens, and units learn of nothing, until another supervisor confirms it.
#[utoipa::path(
    tag = "tickets",
    params(
        ("id" = uuid::Uuid, Path, description = "The ticket's id"),
        ("If-Match" = String, Header, description = "The ticket's `ETag`, such as `\"3\"`"),
    ),
    request_body = ReasonIn,
    responses(
        (status = 200, description = "The ticket as it is now.", body = TicketOut),
        (status = 403, description = "`forbidden`: seen, but not for this caller.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`, `request_open`: with `state`, `rev` and the commands `allowed` now.", body = Problem),
        (status = 412, description = "`stale`: it has changed meanwhile.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
        (status = 428, description = "`if_match_required`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/tickets/{id}/force_close")]
pub async fn force_close_ticket(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    seen: SeenRev,
    body: Json<ReasonIn>,
) -> Result<HttpResponse, ApiError> {
    let target = Target::seen(id.0, seen.0);
    let order = Order::ForceClose(body.value.parse()?);
    let view = ticket::give(&svc, &caller.0, target, order).await?;
    Ok(respond::ticket(view, Datum::Wgs84))
}
