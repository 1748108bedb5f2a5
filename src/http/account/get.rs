//! `GET users/{id}`

use actix_web::{Responder, get, web};

use super::dto::UserOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, account};

/// Read a user
#[utoipa::path(
    tag = "users",
    params(("id" = uuid::Uuid, Path, description = "The user")),
    responses(
        (status = 200, description = "The user", body = UserOut),
        (status = 403, description = "Not for this role", body = Problem),
        (status = 404, description = "No such user", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/users/{id}")]
pub async fn get_user(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<impl Responder, ApiError> {
    let account = account::get(&svc, &caller.0, id.0).await?;
    Ok(web::Json(UserOut::from(account)))
}
