//! `POST tickets/{id}/unmaskings`.

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};

use super::dto::{UnmaskingIn, UnmaskingOut};
use crate::http::extract::{Caller, Id, Json};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, unmasking};

/// Ask who is behind an inspector's pseudonym (揭名)
///
/// Of one that the ticket's trail shows. A second person has to confirm it; the ticket's trail keeps both steps. For supervisors and
/// administrators, never for the inspector itself.
#[utoipa::path(
    tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id")),
    request_body = UnmaskingIn,
    responses(
        (status = 201, description = "It waits for a second person.", body = UnmaskingOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`request_open`: one such waits already.", body = Problem),
        (status = 422, description = "`invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/tickets/{id}/unmaskings")]
pub async fn ask_unmasking(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    body: Json<UnmaskingIn>,
) -> Result<HttpResponse, ApiError> {
    let (name, reason) = (body.value.inspector, body.value.reason()?);
    let asked = unmasking::ask(&svc, &caller.0, id.0, name, reason).await?;
    let location = format!("/api/v1/unmaskings/{}", asked.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(UnmaskingOut::from(asked)))
}
