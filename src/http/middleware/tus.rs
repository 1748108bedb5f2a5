//! What every request and answer of the upload protocol has (tus 1.0.0): its version, and the method that a client meant who can send
//! no other. Requests elsewhere pass as they are.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::http::files;
use crate::http::problem::ApiError;
use crate::services;
use crate::services::error::Code;

const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSIONS: HeaderName = HeaderName::from_static("tus-version");

/// Takes the method from `X-HTTP-Method-Override`; refuses other versions with 412; says the version in every answer.
///
/// # Errors
/// Those of the inner services.
pub async fn tus(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !files::is_upload(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    if let Some(meant) = meant(request.headers()) {
        request.head_mut().method = meant;
    }
    let mut response = if request.method() == Method::OPTIONS || is_known(request.headers()) {
        next.call(request).await?.map_into_boxed_body()
    } else {
        let refused = ApiError(services::Error::new(Code::TusVersionUnsupported));
        // `into_response` would forget the error, and with it the reader's words.
        ServiceResponse::new(request.into_parts().0, HttpResponse::from_error(refused))
    };
    let is_refused = response.status() == StatusCode::PRECONDITION_FAILED;
    let version = HeaderValue::from_static(files::VERSION);
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, version.clone());
    if is_refused {
        headers.insert(VERSIONS, version);
    }
    Ok(response)
}

fn meant(headers: &HeaderMap) -> Option<Method> {
    let name = headers.get(METHOD_OVERRIDE)?.to_str().ok()?;
    name.trim().to_ascii_uppercase().parse().ok()
}

fn is_known(headers: &HeaderMap) -> bool {
    headers
        .get(RESUMABLE)
        .is_some_and(|version| version.as_bytes().trim_ascii() == files::VERSION.as_bytes())
}
