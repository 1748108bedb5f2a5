//! HEAD wherever there is GET (RFC 9110 §9.3.2), for load balancers and `curl -I`: routed as GET, and answered without its
//! content. Uploads have a HEAD of their own and no GET.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest};

use crate::http::files;

/// Marks a request whose answer is sent without its content.
struct HeadOnly;

/// Whether GET's handler is asked for the head alone: it need not fetch what nobody will see.
pub fn is_head(request: &HttpRequest) -> bool {
    request.extensions().contains::<HeadOnly>()
}

/// Has GET's handler answer HEAD; the connection, which knows what was asked, sends only the head.
///
/// # Errors
/// Those of the inner services.
pub async fn head_as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::HEAD && !files::is_upload(request.path()) {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadOnly);
    }
    next.call(request).await
}
