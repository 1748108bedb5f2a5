//! `GET users`

use actix_web::{Responder, get, web};

use super::dto::{UsersOut, UsersQuery};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, account};

/// List users
#[utoipa::path(
    tag = "users",
    params(UsersQuery),
    responses(
        (status = 200, description = "A page of users", body = UsersOut),
        (status = 403, description = "Not for this role", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/users")]
pub async fn list_users(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<UsersQuery>,
) -> Result<impl Responder, ApiError> {
    let (query, filter) = (&query.0, query.0.filter()?);
    let cursor = query.cursor.as_deref();
    let page = account::list(&svc, &caller.0, &filter, cursor, query.limit).await?;
    Ok(web::Json(UsersOut::from(page)))
}
