//! `GET policies`

use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{HttpRequest, Responder, get, web};

use super::dto::PoliciesOut;
use crate::domain::text::Lang;
use crate::http::extract::Caller;
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, policy};

/// List policies
#[utoipa::path(
    tag = "policies",
    responses(
        (status = 200, description = "Every policy", body = PoliciesOut),
        (status = 403, description = "Not for this role", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[get("/policies")]
pub async fn list_policies(
    svc: web::Data<Services>,
    caller: Caller,
    request: HttpRequest,
) -> Result<impl Responder, ApiError> {
    let policies = policy::list(&svc, &caller.0).await?;
    Ok(web::Json(PoliciesOut::new(policies, reader(&request))))
}

/// The reader's language.
pub(super) fn reader(request: &HttpRequest) -> Lang {
    let accepted = request.headers().get(ACCEPT_LANGUAGE);
    Lang::negotiate(accepted.and_then(|value| value.to_str().ok()))
}
