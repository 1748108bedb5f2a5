//! Counts and times of requests, by route template and class of status.

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

use super::route_of;

/// Counts the request in `http_requests_total` and times it in `http_request_duration_seconds`.
///
/// # Errors
/// Those of the inner services.
pub async fn measure(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let method = name_of(request.method());
    let response = next.call(request).await?;
    let labels = [
        ("method", method.to_owned()),
        ("route", route_of(response.request())),
        ("status", format!("{}xx", response.status().as_u16() / 100)),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels)
        .record(started.elapsed().as_secs_f64());
    Ok(response)
}

/// A client may invent methods; each label value costs memory for ever.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
