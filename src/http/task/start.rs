//! `POST tasks/{id}/start`.

use actix_web::{post, web};

use super::dto::TaskOut;
use crate::domain::task::TaskOrder;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::NothingIn;
use crate::services::{Services, task};

/// Start a task.
///
/// By its inspector, once.
#[utoipa::path(
    tag = "tasks",
    params(("id" = uuid::Uuid, Path, description = "The task's id")),
    request_body = NothingIn,
    responses(
        (status = 200, description = "The task as it is now.", body = TaskOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`: none of the caller's own.", body = Problem),
        (status = 409, description = "`wrong_state`, with its `state`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/tasks/{id}/start")]
pub async fn start_task(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    _nothing: Json<NothingIn>,
) -> Result<web::Json<TaskOut>, ApiError> {
    let task = task::give(&svc, &caller.0, id.0, TaskOrder::Start).await?;
    Ok(web::Json(TaskOut::new(task, None)))
}
