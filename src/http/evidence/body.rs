//! What both ways of sending a photo share.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::evidence::{MAX_PHOTO_BYTES, Sha256Digest};
use crate::domain::text::Text;
use crate::services::Error;
use crate::services::error::Code;
use crate::services::evidence::Stored;
use crate::services::input::photo::PHOTO_TYPES;

/// A photo as stored.
#[derive(Serialize, ToSchema)]
pub struct AttachmentOut {
    /// The phone's id.
    aid: Uuid,
    /// SHA-256 of what is stored, hexadecimal.
    sha256: String,
    /// Length of what is stored.
    bytes: u64,
    /// The bytes are durable and are what was declared, if anything was.
    stored: bool,
}

/// 201 the first time, 200 when the bytes were here already.
pub fn answer(stored: Stored) -> HttpResponse {
    let status = if stored.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    HttpResponseBuilder::new(status).json(AttachmentOut {
        aid: stored.photo.aid,
        sha256: stored.photo.sha256.to_string(),
        bytes: stored.photo.size_bytes,
        stored: true,
    })
}

/// Refuses a file that says itself that it is too large, before a byte of it is read.
pub fn refuse_too_large(headers: &HeaderMap) -> Result<(), Error> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_PHOTO_BYTES) {
        return Err(Error::new(Code::TooLarge).member("limit_bytes", MAX_PHOTO_BYTES));
    }
    Ok(())
}

/// The digest in `Repr-Digest` (RFC 9530): `sha-256=:…:`.
pub fn stated_digest(headers: &HeaderMap) -> Result<Option<Sha256Digest>, Error> {
    let Some(value) = headers.get("repr-digest") else {
        return Ok(None);
    };
    let digest = value.to_str().ok().and_then(|value| {
        value.split(',').find_map(|member| {
            let encoded = member.trim().strip_prefix("sha-256=:")?.strip_suffix(':')?;
            let bytes = STANDARD.decode(encoded).ok()?;
            Some(Sha256Digest(bytes.try_into().ok()?))
        })
    });
    digest.map(Some).ok_or_else(|| {
        Error::with_detail(
            Code::MalformedHeader,
            Text::new(
                "Repr-Digest 应为 sha-256=:BASE64:",
                "Repr-Digest must be sha-256=:BASE64:",
            ),
        )
    })
}

/// The media type of a photo; without one, or with the general one of bytes, it is taken for a JPEG until it is read.
pub fn photo_type(stated: Option<&str>) -> Result<String, Error> {
    let essence = stated
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if essence.is_empty() || essence == "application/octet-stream" {
        return Ok("image/jpeg".to_owned());
    }
    if PHOTO_TYPES.contains(&essence.as_str()) {
        return Ok(essence);
    }
    let list = PHOTO_TYPES.join(", ");
    Err(Error::with_detail(
        Code::UnsupportedMedia,
        Text::new(format!("应为 {list} 之一"), format!("send one of {list}")),
    ))
}
