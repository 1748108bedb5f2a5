//! Answers of the upload protocol: all that they say is in their heads.

use actix_web::http::header::{HeaderName, HttpDate};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::Value;

use crate::domain::evidence::upload::Upload;
use crate::http::problem::ApiError;
use crate::services::Error;

/// How many bytes are here.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// How many there will be.
pub const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// What the sender said of the file.
pub const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// Says when the upload ends.
pub fn expiring<'a>(
    response: &'a mut HttpResponseBuilder,
    upload: &Upload,
) -> &'a mut HttpResponseBuilder {
    let end = HttpDate::from(std::time::SystemTime::from(upload.expires_at));
    response.insert_header((UPLOAD_EXPIRES, end.to_string()))
}

/// The answer, or the refusal with the offset that it knows.
pub fn or_refusal(done: Result<HttpResponse, Error>) -> HttpResponse {
    done.unwrap_or_else(refusal)
}

fn refusal(error: Error) -> HttpResponse {
    let offset = match &error {
        Error::Refused(refusal) => refusal.members.get("upload_offset").and_then(Value::as_u64),
        Error::Internal(_) => None,
    };
    let mut response = HttpResponse::from_error(ApiError(error));
    if let Some(offset) = offset {
        response.headers_mut().insert(UPLOAD_OFFSET, offset.into());
    }
    response
}
