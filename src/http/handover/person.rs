//! `POST users/{id}/handover`.

use actix_web::{HttpResponse, post, web};

use super::dto::{HandoverOut, PersonHandoverIn, reason, respond};
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, handover};

/// Hand over everything open of a person (移交)
///
/// By a clerk or an administrator: all that somebody works on (经办人), to another officer or to nobody in particular.
#[utoipa::path(
    tag = "tickets",
    params(("id" = uuid::Uuid, Path, description = "The user who works on the tickets")),
    request_body = PersonHandoverIn,
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
#[post("/users/{id}/handover")]
pub async fn hand_over_person(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<PersonHandoverIn>,
) -> Result<HttpResponse, ApiError> {
    let PersonHandoverIn { to, opinion } = body.value;
    let opinion = reason(&opinion)?;
    let ordered = handover::hand_over_person(&svc, &caller.0, id.0, to.as_deref(), opinion).await?;
    Ok(respond(ordered))
}
