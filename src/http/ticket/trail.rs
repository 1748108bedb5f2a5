//! `GET tickets/{id}/trail`.

use actix_web::{get, web};

use super::dto::{EventOut, TrailOut};
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, ticket};

/// Read the trail of a ticket (留痕).
///
/// Who did what, when, from which state to which, and for how long each holder had it.
#[utoipa::path(
    tag = "tickets",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id")),
    responses(
        (status = 200, body = TrailOut),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/tickets/{id}/trail")]
pub async fn get_ticket_trail(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<TrailOut>, ApiError> {
    let rows = ticket::read_trail(&svc, &caller.0, id.0).await?;
    Ok(web::Json(TrailOut {
        items: rows
            .into_iter()
            .map(|(event, held)| EventOut::new(event, held))
            .collect(),
    }))
}
