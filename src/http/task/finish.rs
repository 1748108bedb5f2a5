//! `POST tasks/{id}/finish`.

use actix_web::{post, web};

use super::dto::TaskOut;
use crate::domain::task::TaskOrder;
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::input::ticket::RecheckIn;
use crate::services::{Services, task};

/// Finish a look-back (回头看).
///
/// By its inspector, started or not. A pass or a fail goes into the ticket's trail, without the inspector; a fail is also reported anew, as
/// a finding under the task's id as its report. A recheck is finished by the ticket's own `recheck`.
#[utoipa::path(
    tag = "tasks",
    params(("id" = uuid::Uuid, Path, description = "The task's id")),
    request_body = RecheckIn,
    responses(
        (status = 200, description = "The task as it is now.", body = TaskOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`: none of the caller's own.", body = Problem),
        (status = 409, description = "`wrong_state`, with its `state`; `recheck_instead`.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/tasks/{id}/finish")]
pub async fn finish_task(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<RecheckIn>,
) -> Result<web::Json<TaskOut>, ApiError> {
    let order = TaskOrder::Finish(body.value.parse()?);
    let task = task::give(&svc, &caller.0, id.0, order).await?;
    Ok(web::Json(TaskOut::new(task, None)))
}
