//! `GET audit/tickets/{id}/proof`.

use actix_web::{get, web};

use super::dto::ProofOut;
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, audit};

/// Prove that the trail of a ticket is in the audit log.
///
/// Each row as it is hashed, its place in the log, and the audit path to the root of the last head; api-spec/audit.md says how to check it.
#[utoipa::path(
    tag = "audit",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id")),
    responses(
        (status = 200, body = ProofOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/audit/tickets/{id}/proof")]
pub async fn prove_ticket_trail(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<ProofOut>, ApiError> {
    let proof = audit::proof(&svc, &caller.0, id.0).await?;
    Ok(web::Json(proof.into()))
}
