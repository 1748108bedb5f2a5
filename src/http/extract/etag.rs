//! Versions of tickets as entity tags (RFC 9110 §8.8.3): `"12"`.

use std::future::{Ready, ready};

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload};

use crate::domain::text::Text;
use crate::http::problem::ApiError;
use crate::services::Error;
use crate::services::error::Code;

/// The entity tag of a version.
pub fn etag(rev: i64) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"{rev}\""))
}

/// The version in `If-Match`, if the caller sent one.
pub struct SeenRev(pub Option<i64>);

impl FromRequest for SeenRev {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.headers().get(header::IF_MATCH) {
            None => Ok(Self(None)),
            Some(value) => value
                .to_str()
                .ok()
                .and_then(|value| value.trim().trim_matches('"').parse().ok())
                .map(|rev| Self(Some(rev)))
                .ok_or_else(|| {
                    ApiError(Error::with_detail(
                        Code::MalformedHeader,
                        Text::new(
                            "If-Match 应为工单的 ETag，例如 \"3\"",
                            "If-Match takes the ticket's ETag, such as \"3\"",
                        ),
                    ))
                }),
        })
    }
}
