//! `POST auth/logout`

use actix_web::{HttpResponse, Responder, post, web};

use crate::http::extract::Caller;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, account};

/// Log out
///
/// Ends this session; the user's other sessions go on.
#[utoipa::path(
    tag = "auth",
    responses(
        (status = 204, description = "Logged out"),
        (status = 401, description = "`token_expired`, `session_revoked` or `unauthenticated`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[post("/auth/logout")]
pub async fn logout(svc: web::Data<Services>, caller: Caller) -> Result<impl Responder, ApiError> {
    account::logout(&svc, &caller.0).await?;
    Ok(HttpResponse::NoContent())
}
