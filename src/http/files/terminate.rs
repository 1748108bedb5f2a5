//! `DELETE files/{link}`: an upload is given up.

use actix_web::{HttpResponse, delete, web};

use super::answer::or_refusal;
use crate::http::problem::Problem;
use crate::services::Services;
use crate::services::evidence::upload;

/// Give an upload up.
///
/// Its link leads nowhere afterwards, and its photo can be sent anew. A photo that has its bytes keeps them. Needs no login.
#[utoipa::path(
    tag = "uploads",
    params(
        ("link" = String, Path, description = "The end of `Location`"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
    ),
    responses(
        (status = 204, description = "Gone."),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 412, description = "`tus_version_unsupported`.", body = Problem),
        (status = 423, description = "`upload_busy`.", body = Problem),
    ),
)]
#[delete("/files/{link}")]
pub async fn terminate_upload(svc: web::Data<Services>, link: web::Path<String>) -> HttpResponse {
    let done = upload::terminate(&svc, &link).await;
    or_refusal(done.map(|()| HttpResponse::NoContent().finish()))
}
