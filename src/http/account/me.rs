//! `GET me`

use actix_web::{Responder, get, web};

use super::dto::UserOut;
use crate::http::extract::Caller;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, account};

/// Read one's own account
#[utoipa::path(
    tag = "auth",
    responses(
        (status = 200, description = "The caller", body = UserOut),
        (status = 401, description = "`token_expired`, `session_revoked` or `unauthenticated`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/me")]
pub async fn get_me(svc: web::Data<Services>, caller: Caller) -> Result<impl Responder, ApiError> {
    let account = account::me(&svc, &caller.0).await?;
    Ok(web::Json(UserOut::from(account)))
}
