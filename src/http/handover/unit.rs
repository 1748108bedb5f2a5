//! `POST units/{id}/handover`.

use actix_web::{HttpResponse, post, web};

use super::dto::{HandoverOut, UnitHandoverIn, reason, respond};
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, handover};

/// Hand over everything open of a unit (移交)
///
/// By a clerk or an administrator: all that it leads or works with, to another unit. States, limits and requests stay, the clocks
/// run on.
#[utoipa::path(
    tag = "tickets",
    params(("id" = uuid::Uuid, Path, description = "The unit that has the tickets")),
    request_body = UnitHandoverIn,
    responses(
        (status = 200, description = "Everything is handed over.", body = HandoverOut),
        (status = 202, description = "It goes on: ask `handovers/{id}`.", body = HandoverOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`handover_running`.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/units/{id}/handover")]
pub async fn hand_over_unit(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<UnitHandoverIn>,
) -> Result<HttpResponse, ApiError> {
    let UnitHandoverIn { to, opinion } = body.value;
    let opinion = reason(&opinion)?;
    let ordered = handover::hand_over_unit(&svc, &caller.0, id.0, &to, opinion).await?;
    Ok(respond(ordered))
}
