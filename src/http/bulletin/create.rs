//! `POST bulletins`.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, post, web};

use super::dto::{BulletinIn, BulletinOut};
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, bulletin};

/// Begin a bulletin.
///
/// A draft, for supervisors; its page shows what it would say now.
#[utoipa::path(
    tag = "bulletins",
    request_body = BulletinIn,
    responses(
        (status = 201, body = BulletinOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid`, with every fault.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/bulletins")]
pub async fn create_bulletin(
    svc: web::Data<Services>,
    caller: Caller,
    body: Json<BulletinIn>,
) -> Result<HttpResponse, ApiError> {
    let begun = bulletin::create(&svc, &caller.0, body.value.parse()?).await?;
    let place = format!("/api/v1/bulletins/{}", begun.id);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, place))
        .json(BulletinOut::from(begun)))
}
