//! One line in the log for each request, and a span around all that it causes. Never tokens, bodies, paths with ids,
//! users or devices: the log must not tell who inspects.

use std::time::Instant;

use actix_web::Error;
use actix_web::HttpMessage as _;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use tracing::Instrument as _;

use super::{RequestId, route_of};

/// Logs method, route, status and milliseconds when the answer's head is ready.
///
/// # Errors
/// Those of the inner services.
pub async fn trace(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let method = request.method().clone();
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    let span = tracing::info_span!("request", request_id);
    async {
        let response = next.call(request).await?;
        tracing::info!(
            %method,
            route = route_of(response.request()),
            status = response.status().as_u16(),
            ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "answered"
        );
        Ok(response)
    }
    .instrument(span)
    .await
}
