//! Every failure leaves as problem details (RFC 9457), whoever answered it: a handler, an extractor, the router or the
//! framework itself.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse};

use super::RequestId;
use crate::domain::text::Lang;
use crate::http::problem::{ApiError, PROBLEM_JSON, code_of_status, render};
use crate::services;

/// Renders every answer of 400 and above that is no problem yet, in the reader's language.
///
/// # Errors
/// None of its own: what the inner services fail with is answered.
pub async fn problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let reader = Reader::of(&request);
    match next.call(request).await {
        Ok(response) if is_failure(response.status()) && !is_problem(response.headers()) => {
            let rendered = reader.render(response.status(), response.response().error());
            let mut rendered = reader.fit(rendered);
            keep_headers(response.headers(), rendered.headers_mut());
            Ok(response.into_response(rendered))
        }
        Ok(response) => Ok(response.map_into_boxed_body()),
        Err(error) => {
            let status = error.as_response_error().status_code();
            let rendered = reader.fit(reader.render(status, Some(&error)));
            Err(InternalError::from_response(error, rendered).into())
        }
    }
}

/// For whom the problem is written.
struct Reader {
    lang: Lang,
    request_id: String,
    is_head: bool,
}

impl Reader {
    fn of(request: &ServiceRequest) -> Self {
        let accept_language = request
            .headers()
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Self {
            lang: Lang::negotiate(accept_language),
            request_id: request
                .extensions()
                .get::<RequestId>()
                .map(|id| id.0.clone())
                .unwrap_or_default(),
            is_head: request.method() == Method::HEAD,
        }
    }

    fn render(&self, status: StatusCode, error: Option<&Error>) -> HttpResponse {
        match error.and_then(|error| error.as_error::<ApiError>()) {
            Some(ApiError(error)) => render(error, self.lang, &self.request_id),
            None => {
                if let Some(error) = error.filter(|_| status.is_server_error()) {
                    tracing::error!(request_id = self.request_id, "{error:?}");
                }
                let error = services::Error::new(code_of_status(status));
                render(&error, self.lang, &self.request_id)
            }
        }
    }

    /// An answer to HEAD has no content (RFC 9110 §9.3.2).
    fn fit(&self, response: HttpResponse) -> HttpResponse {
        if self.is_head {
            return response.set_body(BoxBody::new(()));
        }
        response
    }
}

fn is_failure(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn is_problem(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(PROBLEM_JSON.as_bytes()))
}

/// Headers that say something about the resource, such as `Allow`, stay; those about the old body go.
fn keep_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        if !describes_body(name) && !to.contains_key(name) {
            to.append(name.clone(), value.clone());
        }
    }
}

fn describes_body(name: &HeaderName) -> bool {
    (name.as_str().starts_with("content-") && *name != header::CONTENT_RANGE)
        || *name == header::TRANSFER_ENCODING
        || *name == header::ETAG
}
