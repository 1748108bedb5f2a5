//! `POST auth/login`

use actix_web::http::header;
use actix_web::{HttpResponse, Responder, post, web};

use super::dto::{GrantOut, LoginIn};
use crate::http::extract::Json;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, account};

/// Log in
///
/// An unknown user name and a wrong password are answered alike. A device id that cannot be used answers `id_taken`: the
/// phone makes a new one and tries again.
#[utoipa::path(
    tag = "auth",
    request_body = LoginIn,
    responses(
        (status = 200, description = "Logged in", body = GrantOut),
        (status = 401, description = "`credentials_wrong`", body = Problem),
        (status = 409, description = "`id_taken`: the device id cannot be used", body = Problem),
        (status = 422, description = "`invalid`", body = Problem),
        (status = 429, description = "Too many wrong passwords for this user name: wait as `Retry-After` says", body = Problem),
    ),
)]
#[post("/auth/login")]
pub async fn login(
    svc: web::Data<Services>,
    body: Json<LoginIn>,
) -> Result<impl Responder, ApiError> {
    let grant = account::login(&svc, body.value.into()).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(GrantOut::from(grant)))
}
