//! `GET tickets/{id}/recheckers`.

use actix_web::{get, web};

use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::http::task::dto::RecheckersOut;
use crate::services::{Services, ticket};

/// List who may recheck a ticket.
///
/// Inspectors in service who neither reported it nor are of its lead unit, those first who have least to do. For clerk and supervisor.
#[utoipa::path(
    tag = "tasks",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id")),
    responses(
        (status = 200, body = RecheckersOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/tickets/{id}/recheckers")]
pub async fn list_recheckers(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<RecheckersOut>, ApiError> {
    let judges = ticket::recheckers(&svc, &caller.0, id.0).await?;
    Ok(web::Json(judges.into()))
}
