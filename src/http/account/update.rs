//! `PATCH users/{id}`

use actix_web::{Responder, patch, web};

use super::dto::{UserOut, UserPatchIn};
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, account};

/// Change a user
///
/// Another role, unit or password, or being switched off, ends the user's sessions.
#[utoipa::path(
    tag = "users",
    params(("id" = uuid::Uuid, Path, description = "The user")),
    request_body = UserPatchIn,
    responses(
        (status = 200, description = "Changed", body = UserOut),
        (status = 403, description = "Not for this role", body = Problem),
        (status = 404, description = "No such user", body = Problem),
        (status = 409, description = "`last_admin`: nobody could administer afterwards", body = Problem),
        (status = 422, description = "`invalid`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[patch("/users/{id}")]
pub async fn update_user(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<UserPatchIn>,
) -> Result<impl Responder, ApiError> {
    let account = account::update(&svc, &caller.0, id.0, body.value.try_into()?).await?;
    Ok(web::Json(UserOut::from(account)))
}
