//! One ticket as an answer, with its entity tag.

use actix_web::HttpResponse;

use super::dto::TicketOut;
use crate::domain::geo::Datum;
use crate::domain::ticket::projection::TicketView;
use crate::http::extract::etag;

/// 200 with the ticket and its `ETag`.
pub fn ticket(view: TicketView, datum: Datum) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(etag(view.rev))
        .json(TicketOut::new(view, datum))
}
