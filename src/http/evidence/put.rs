//! `PUT attachments/{id}`: the bytes as they are.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, put, web};

use super::body::{AttachmentOut, answer, photo_type, refuse_too_large, stated_digest};
use crate::http::extract::{Caller, Id, patient};
use crate::http::problem::{ApiError, Problem};
use crate::services::Services;
use crate::services::evidence::{Incoming, store};

/// Send the bytes of a photo.
///
/// Before or after the report that declares it. Streamed past SHA-256; kept only when they are what was declared, by the
/// report or by `Repr-Digest`. Repeating it is safe.
#[utoipa::path(
    tag = "photos",
    params(
        ("id" = uuid::Uuid, Path, description = "The `aid` that the phone made"),
        ("Repr-Digest" = Option<String>, Header, description = "`sha-256=:BASE64:` (RFC 9530)"),
    ),
    request_body(content = Vec<u8>, content_type = "image/jpeg", description = "The file, at most 32 MiB"),
    responses(
        (status = 201, description = "Stored.", body = AttachmentOut),
        (status = 200, description = "Was here already.", body = AttachmentOut),
        (status = 409, description = "`id_taken`.", body = Problem),
        (status = 413, description = "`too_large`.", body = Problem),
        (status = 422, description = "`digest_mismatch`: nothing is kept.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[put("/attachments/{id}")]
pub async fn put_attachment(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let stated = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    refuse_too_large(request.headers())?;
    let incoming = Incoming {
        aid: id.0,
        sha256: stated_digest(request.headers())?,
        mime: photo_type(stated)?,
    };
    Ok(answer(
        store(&svc, &caller.0, incoming, patient(body)).await?,
    ))
}
