//! `POST tickets/{id}/assign`.

use actix_web::{HttpResponse, post, web};

use super::dto::TicketOut;
use super::respond;
use crate::domain::geo::Datum;
use crate::domain::ticket::command::Target;
use crate::http::extract::{Caller, Id, Json, SeenRev};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::request::AssignIn;
use crate::services::{Services, ticket};

/// Assign a ticket, or its recheck (指派).
///
/// By the lead unit, in any open state: who of it works on the ticket (`assignee`). By a clerk, from `awaiting_recheck`: a task for an
/// inspector who did not report it and is not of its lead unit (`rechecker`). Whoever was asked before need not go. Units see nothing
/// of the latter, and the ticket's version stays.
#[utoipa::path(
    tag = "tickets",
    params(
        ("id" = uuid::Uuid, Path, description = "The ticket's id"),
        ("If-Match" = String, Header, description = "The ticket's `ETag`, such as `\"3\"`"),
    ),
    request_body = AssignIn,
    responses(
        (status = 200, description = "The ticket as it is now.", body = TicketOut),
        (status = 403, description = "`forbidden`: seen, but not for this caller.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`wrong_state`: with `state`, `rev` and the commands `allowed` now.", body = Problem),
        (status = 412, description = "`stale`: it has changed meanwhile.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
        (status = 428, description = "`if_match_required`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/tickets/{id}/assign")]
pub async fn assign_ticket(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    seen: SeenRev,
    body: Json<AssignIn>,
) -> Result<HttpResponse, ApiError> {
    let target = Target::seen(id.0, seen.0);
    let view = ticket::give(&svc, &caller.0, target, body.value.parse()?).await?;
    Ok(respond::ticket(view, Datum::Wgs84))
}
