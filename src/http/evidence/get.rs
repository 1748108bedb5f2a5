//! `GET attachments/{id}/{variant}`.

use actix_web::http::header::{self, ETag, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::error::Code;
use crate::services::evidence::{Variant, read};
use crate::services::{Error, Services};

/// Read a photo.
///
/// `original` is for the office. `display` (1600 px) and `thumb` (320 px) are upright and carry no metadata.
#[utoipa::path(
    tag = "photos",
    params(
        ("id" = uuid::Uuid, Path, description = "The photo's `id` on a ticket; also its `aid` for the one who sent it and the office"),
        ("variant" = String, Path, description = "`original`, `display` or `thumb`"),
    ),
    responses(
        (status = 200, description = "The photo.", content_type = "image/jpeg", body = Vec<u8>),
        (status = 304, description = "The reader has it."),
        (status = 403, description = "`forbidden`: the original is for the office.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`not_ready`, `unreadable` or `unsupported_rendition`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/attachments/{id}/{variant}")]
pub async fn get_attachment(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let variant: Variant = request
        .match_info()
        .query("variant")
        .parse()
        .map_err(|()| Error::new(Code::NotFound))?;
    let photo = read(&svc, &caller.0, id.0, variant).await?;
    let etag = EntityTag::new_strong(format!("{}-{}", photo.photo_key, variant.as_str()));
    let has_it = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(seen)) => seen.iter().any(|seen| seen.weak_eq(&etag)),
        Err(_unreadable) => false,
    };
    // A browser that several people use must not show one of them what another one read.
    let caching = match variant {
        Variant::Original => "no-store",
        Variant::Display | Variant::Thumb => "private, max-age=31536000, immutable",
    };
    let mut response = if has_it {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header(ETag(etag))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::VARY, "Authorization"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if has_it {
        return Ok(response.finish());
    }
    Ok(response.content_type(photo.mime).body(photo.bytes))
}
