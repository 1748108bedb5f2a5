//! `POST auth/refresh`

use actix_web::http::header;
use actix_web::{HttpResponse, Responder, post, web};

use super::dto::{GrantOut, RefreshIn};
use crate::http::extract::Json;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, account};

/// Refresh a session
///
/// Safe to repeat: the same token and nonce get the same new refresh token until that one is used. A token that comes
/// after the session went on without it ends the session, as two must hold it. A session ends 180 days after its last
/// refresh.
#[utoipa::path(
    tag = "auth",
    request_body = RefreshIn,
    responses(
        (status = 200, description = "New tokens", body = GrantOut),
        (status = 401, description = "`session_revoked`: log in again; nothing on the phone is lost", body = Problem),
        (status = 422, description = "`invalid`", body = Problem),
    ),
)]
#[post("/auth/refresh")]
pub async fn refresh(
    svc: web::Data<Services>,
    body: Json<RefreshIn>,
) -> Result<impl Responder, ApiError> {
    let grant = account::refresh(&svc, body.value.into()).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(GrantOut::from(grant)))
}
