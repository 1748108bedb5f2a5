//! `POST users`

use actix_web::http::header;
use actix_web::{HttpResponse, Responder, post, web};

use super::dto::{UserIn, UserOut};
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, account};

/// Make a user
#[utoipa::path(
    tag = "users",
    request_body = UserIn,
    responses(
        (status = 201, description = "Made", body = UserOut, headers(("Location" = String, description = "Where the user is"))),
        (status = 403, description = "Not for this role", body = Problem),
        (status = 409, description = "`username_taken`", body = Problem),
        (status = 422, description = "`invalid`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[post("/users")]
pub async fn create_user(
    svc: web::Data<Services>,
    caller: Caller,
    body: Json<UserIn>,
) -> Result<impl Responder, ApiError> {
    let account = account::create(&svc, &caller.0, body.value.try_into()?).await?;
    let location = format!("/api/v1/users/{}", account.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(UserOut::from(account)))
}
