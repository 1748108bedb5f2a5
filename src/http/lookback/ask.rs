//! `POST lookbacks/{id}/assign`.

use actix_web::{post, web};

use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::http::task::dto::TaskOut;
use crate::services::input::task::AskIn;
use crate::services::{Services, lookback};

/// Ask another inspector to look back.
///
/// At a ticket that was drawn and has no result yet; who was asked before need not go. For clerk and supervisor.
#[utoipa::path(
    tag = "tasks",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id")),
    request_body = AskIn,
    responses(
        (status = 200, description = "The new task.", body = TaskOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`: no ticket that was drawn.", body = Problem),
        (status = 409, description = "`wrong_state`: it has passed or failed.", body = Problem),
        (status = 422, description = "`invalid`: not one who may judge it.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/lookbacks/{id}/assign")]
pub async fn assign_lookback(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<AskIn>,
) -> Result<web::Json<TaskOut>, ApiError> {
    let (task, name) = lookback::ask(&svc, &caller.0, id.0, body.value.inspector).await?;
    Ok(web::Json(TaskOut::new(task, Some(name))))
}
