//! `GET attachments/{id}/{variant}`.

use actix_web::body::SizedStream;
use actix_web::http::header::{self, ETag, EntityTag, Header as _, HeaderValue, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, web};
use futures_util::stream;

use super::range;
use crate::http::extract::{Caller, Id};
use crate::http::middleware::is_head;
use crate::http::problem::{ApiError, Problem};
use crate::services::error::Code;
use crate::services::evidence::read::{self, PhotoFile, Variant};
use crate::services::{Error, Services};

/// Read a photo.
///
/// `original` is for the office, and each reading of one is noted (`GET original-reads`). `display` (1600 px) and `thumb` (320 px) are
/// upright and carry no metadata; they never change. Where the city's object store hands out photos itself, the answer is a redirect to an
/// address that is good for five minutes: follow it without the bearer token.
#[utoipa::path(
    tag = "photos",
    params(
        ("id" = uuid::Uuid, Path, description = "The photo's `id` on a ticket; also its `aid` for the one who sent it and the office"),
        ("variant" = String, Path, description = "`original`, `display` or `thumb`"),
        ("Range" = Option<String>, Header, description = "One range of bytes, `bytes=0-65535`; with `If-Range` only of the file with that tag"),
    ),
    responses(
        (status = 200, description = "The photo.", content_type = "image/jpeg", body = Vec<u8>),
        (status = 206, description = "The part that was asked for.", content_type = "image/jpeg", body = Vec<u8>),
        (status = 302, description = "It is at `Location`."),
        (status = 304, description = "The reader has it."),
        (status = 403, description = "`forbidden`: the original is for the office.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`not_ready`, `unreadable` or `unsupported_rendition`.", body = Problem),
        (status = 416, description = "`range_not_satisfiable`, with the length in `Content-Range`.", body = Problem),
        (status = 503, description = "`unavailable`: the photo store does not answer.", body = Problem),
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
    let file = read::find(&svc, &caller.0, id.0, variant).await?;
    let tag = EntityTag::new_strong(file.tag());
    if has_it(&request, &tag) {
        return Ok(described(HttpResponse::NotModified(), &file, tag).finish());
    }
    let mime = read::media_type(&svc, &file).await?;
    if is_head(&request) {
        let size_bytes = read::size_bytes(&svc, &file).await?;
        let nothing = stream::empty::<Result<_, std::io::Error>>();
        return Ok(
            with_type(described(HttpResponse::Ok(), &file, tag), &file, mime)
                .body(SizedStream::new(size_bytes, nothing)),
        );
    }
    if let Some(address) = read::address(&svc, &caller.0, &file, mime).await? {
        return Ok(HttpResponse::Found()
            .insert_header((header::LOCATION, address))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish());
    }
    send(&svc, &caller, &request, &file, mime).await
}

/// The bytes, or those of them that the reader asks for.
async fn send(
    svc: &Services,
    caller: &Caller,
    request: &HttpRequest,
    file: &PhotoFile,
    mime: &str,
) -> Result<HttpResponse, ApiError> {
    let tag = EntityTag::new_strong(file.tag());
    let Some(spec) = range::named(request, &tag) else {
        let (length, bytes) = read::open(svc, &caller.0, file, None).await?;
        let response = described(HttpResponse::Ok(), file, tag);
        return Ok(with_type(response, file, mime).body(SizedStream::new(length, bytes)));
    };
    let of = read::size_bytes(svc, file).await?;
    let Some(part) = range::within(&spec, of) else {
        let mut refusal = HttpResponse::from_error(ApiError(Error::new(Code::RangeNotSatisfiable)));
        let length = HeaderValue::try_from(format!("bytes */{of}"));
        let headers = refusal.headers_mut();
        headers.insert(header::CONTENT_RANGE, length.map_err(anyhow::Error::from)?);
        return Ok(refusal);
    };
    let named = format!("bytes {}-{}/{of}", part.start, part.end.saturating_sub(1));
    let (length, bytes) = read::open(svc, &caller.0, file, Some(part)).await?;
    let mut response = described(HttpResponse::PartialContent(), file, tag);
    response.insert_header((header::CONTENT_RANGE, named));
    Ok(with_type(response, file, mime).body(SizedStream::new(length, bytes)))
}

fn has_it(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(seen)) => seen.iter().any(|seen| seen.weak_eq(tag)),
        Err(_unreadable) => false,
    }
}

/// What every answer says of the bytes.
fn described(
    mut response: HttpResponseBuilder,
    file: &PhotoFile,
    tag: EntityTag,
) -> HttpResponseBuilder {
    response
        .insert_header(ETag(tag))
        .insert_header((header::CACHE_CONTROL, file.variant.caching()))
        .insert_header((header::VARY, "Authorization"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    response
}

/// What an answer with bytes says beside that.
fn with_type(
    mut response: HttpResponseBuilder,
    file: &PhotoFile,
    mime: &str,
) -> HttpResponseBuilder {
    response
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CONTENT_DISPOSITION, file.disposition(mime)))
        .content_type(mime);
    response
}
