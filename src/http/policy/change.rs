//! `PUT policies`

use actix_web::{HttpRequest, Responder, put, web};

use super::dto::{PoliciesIn, PoliciesOut};
use super::list::reader;
use crate::http::extract::{Caller, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, policy};

/// Set policies
///
/// All changes or none. Policies that are not named stay; a value that is in force already makes no new version.
#[utoipa::path(
    tag = "policies",
    request_body = PoliciesIn,
    responses(
        (status = 200, description = "Every policy, as in force now", body = PoliciesOut),
        (status = 403, description = "Not for this role", body = Problem),
        (status = 422, description = "`invalid`, with a pointer to each change that cannot be made", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[put("/policies")]
pub async fn change_policies(
    svc: web::Data<Services>,
    caller: Caller,
    request: HttpRequest,
    body: Json<PoliciesIn>,
) -> Result<impl Responder, ApiError> {
    let policies = policy::change(&svc, &caller.0, body.value.changes).await?;
    Ok(web::Json(PoliciesOut::new(policies, reader(&request))))
}
