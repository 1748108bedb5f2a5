//! What every request passes through, from the outside in: its id and its line in the log, its metrics, its failure as
//! problem details, compression, and what belongs to the protocol of uploads as a whole. None of it looks at who calls or what is said.

mod head;
mod metrics;
mod problems;
mod request_id;
mod trace;
mod tus;

pub use head::{head_as_get, is_head};
pub use metrics::measure;
pub use problems::problems;
pub use request_id::{RequestId, identify};
pub use trace::trace;
pub use tus::tus;

use actix_web::HttpRequest;

/// The route's template, `/api/v1/tickets/{id}`: a path itself holds ids, and has as many values as there are tickets.
fn route_of(request: &HttpRequest) -> String {
    request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned())
}
