//! `PATCH files/{link}`: the next piece of an upload.

use actix_web::rt::spawn;
use actix_web::{HttpRequest, HttpResponse, patch, web};

use super::answer::{UPLOAD_OFFSET, expiring, or_refusal};
use super::piece::piece_at_offset;
use crate::http::extract::patient;
use crate::http::problem::Problem;
use crate::services::evidence::upload::{self, Progress};
use crate::services::{Error, Services};

/// Send the next piece of an upload.
///
/// Durable before it is acknowledged. When the connection breaks, what had arrived is kept: ask with HEAD and go on from there. With
/// `Upload-Checksum` the piece counts whole or not at all. With the last byte the whole file is held against the declared SHA-256. Needs no login.
#[utoipa::path(
    tag = "uploads",
    params(
        ("link" = String, Path, description = "The end of `Location`"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = u64, Header, description = "Where in the file the piece begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1`, `sha256` or `crc32`, a space, and the base64 of the piece's checksum"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "Kept.", headers(("Upload-Offset" = u64), ("Upload-Expires" = String))),
        (status = 400, description = "`malformed_header`; `body_broken_off`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
        (status = 409, description = "`offset_conflict`: go on at `Upload-Offset`; `upload_interrupted`; `id_taken`.", body = Problem),
        (status = 412, description = "`tus_version_unsupported`.", body = Problem),
        (status = 413, description = "`too_large`: beyond `Upload-Length`.", body = Problem),
        (status = 415, description = "`unsupported_media_type`.", body = Problem),
        (status = 423, description = "`upload_busy`.", body = Problem),
        (status = 460, description = "`checksum_mismatch`: send the piece again; `file_mismatch`: the upload is gone.", body = Problem),
        (status = 503, description = "`unavailable`: nothing acknowledged is lost.", body = Problem),
    ),
)]
#[patch("/files/{link}")]
pub async fn append_to_upload(
    svc: web::Data<Services>,
    link: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let answer = append(svc, link, &request, body).await.map(|progress| {
        let mut response = HttpResponse::NoContent();
        expiring(&mut response, &progress.upload)
            .insert_header((UPLOAD_OFFSET, progress.offset))
            .finish()
    });
    or_refusal(answer)
}

async fn append(
    svc: web::Data<Services>,
    link: web::Path<String>,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<Progress, Error> {
    let piece = piece_at_offset(request.headers())?;
    // Goes on when the connection is lost and this handler with it: what arrived is kept.
    let appending = spawn(async move { upload::append(&svc, &link, piece, patient(body)).await });
    appending.await.map_err(anyhow::Error::from)?
}
