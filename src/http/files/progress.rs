//! `HEAD files/{link}`: how far an upload has come.

use actix_web::http::header;
use actix_web::{HttpResponse, head, web};

use super::answer::{UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_OFFSET, expiring, or_refusal};
use super::metadata::Metadata;
use crate::services::Services;
use crate::services::evidence::upload;

/// Ask how far an upload has come.
///
/// Everything before `Upload-Offset` is durable. A piece that hangs on a dead connection is ended first, and what of it had arrived is kept. Needs no
/// login. 404: it has expired, or was not what was declared; begin anew.
#[utoipa::path(
    tag = "uploads",
    params(
        ("link" = String, Path, description = "The end of `Location`"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
    ),
    responses(
        (status = 200, description = "In the head; whole when both numbers are the same.", headers(
            ("Upload-Offset" = u64), ("Upload-Length" = u64), ("Upload-Expires" = String), ("Upload-Metadata" = String),
        )),
        (status = 404, description = "`not_found`."),
        (status = 412, description = "`tus_version_unsupported`."),
        (status = 423, description = "`upload_busy`: another request is at work on it; try again."),
    ),
)]
#[head("/files/{link}")]
pub async fn get_upload_progress(
    svc: web::Data<Services>,
    link: web::Path<String>,
) -> HttpResponse {
    let answer = upload::progress(&svc, &link).await.map(|progress| {
        let mut response = HttpResponse::Ok();
        expiring(&mut response, &progress.upload)
            .insert_header((UPLOAD_OFFSET, progress.offset))
            .insert_header((UPLOAD_LENGTH, progress.upload.size_bytes))
            .insert_header((UPLOAD_METADATA, Metadata::header(&progress.upload)))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish()
    });
    or_refusal(answer)
}
