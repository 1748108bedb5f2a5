//! `GET triage`.

use actix_web::{get, web};

use super::dto::TicketPageOut;
use super::list::TicketListQuery;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, ticket};

/// List what waits for a clerk (待受理).
///
/// Every finding about which something is in doubt, with every reason in `triage_reasons`; `state` is ignored.
#[utoipa::path(
    tag = "tickets",
    params(TicketListQuery),
    responses(
        (status = 200, body = TicketPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/triage")]
pub async fn list_triage(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<TicketListQuery>,
) -> Result<web::Json<TicketPageOut>, ApiError> {
    let datum = query.0.datum();
    let page = ticket::triage(&svc, &caller.0, query.0.parse()?).await?;
    Ok(web::Json(TicketPageOut::new(page, datum)))
}
