//! `POST files`: an upload is begun, if need be with its first piece.

use actix_web::http::header;
use actix_web::rt::spawn;
use actix_web::{HttpRequest, HttpResponse, post, web};

use super::answer::{UPLOAD_LENGTH, UPLOAD_OFFSET, expiring, or_refusal};
use super::metadata::{Metadata, malformed};
use super::piece::{first_piece, number};
use crate::http::extract::{BaseUrl, Caller, patient};
use crate::http::problem::{ApiError, Problem};
use crate::services::error::Code;
use crate::services::evidence::upload::{self, NewUpload, Piece};
use crate::services::{Error, Services};

/// Begin an upload.
///
/// Safe to repeat: the same `aid` with the same length and digest answers the same `Location`, also when the photo is here already.
/// An upload without `aid` becomes the photo that the caller declares with its digest and length. The `Location` is a permission of its own: HEAD,
/// PATCH and DELETE on it need no login. With `Content-Type: application/offset+octet-stream` the body is the first piece.
#[utoipa::path(
    tag = "uploads",
    params(
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = u64, Header, description = "Bytes of the whole file, at most 32 MiB"),
        ("Upload-Metadata" = Option<String>, Header,
            description = "`aid` (the phone's UUID), `sha256` (hexadecimal), `filetype`, each with its value in base64; other keys, such as `filename`, are not kept"),
        ("Upload-Checksum" = Option<String>, Header, description = "Of the body, as with PATCH"),
    ),
    responses(
        (status = 201, description = "Begun, or known.", headers(
            ("Location" = String), ("Upload-Expires" = String), ("Upload-Offset" = u64, description = "With a body: what of it is kept"),
        )),
        (status = 400, description = "`malformed_header`.", body = Problem),
        (status = 403, description = "`forbidden`: a role that sends no photos.", body = Problem),
        (status = 409, description = "`id_taken`.", body = Problem),
        (status = 412, description = "`tus_version_unsupported`.", body = Problem),
        (status = 413, description = "`too_large`.", body = Problem),
        (status = 415, description = "`unsupported_media_type`: `filetype` is no photo's.", body = Problem),
        (status = 422, description = "`invalid`: the photo is known with another digest or length.", body = Problem),
        (status = 460, description = "`checksum_mismatch`, `file_mismatch`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/files")]
pub async fn create_upload(
    svc: web::Data<Services>,
    caller: Caller,
    base: BaseUrl,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let length = number(request.headers(), &UPLOAD_LENGTH).filter(|length| *length > 0);
    let length = length.ok_or_else(|| malformed("Upload-Length"))?;
    let metadata = Metadata::of(request.headers())?;
    let piece = first_piece(request.headers())?;
    let new = NewUpload {
        aid: metadata.aid,
        sha256: metadata.sha256,
        size_bytes: length,
        mime: metadata.mime,
    };
    let begun = upload::begin(&svc, &caller.0, &new).await?;
    let mut response = HttpResponse::Created();
    expiring(&mut response, &begun.upload);
    response.insert_header((header::LOCATION, base.upload(&begun.link)));
    let Some(piece) = piece else {
        return Ok(response.finish());
    };
    Ok(or_refusal(first(svc, begun.link, piece, body).await.map(
        |offset| response.insert_header((UPLOAD_OFFSET, offset)).finish(),
    )))
}

/// Takes the first piece of a new upload; of one that has come further already, nothing.
async fn first(
    svc: web::Data<Services>,
    link: String,
    piece: Piece,
    body: web::Payload,
) -> Result<u64, Error> {
    // Goes on when the connection is lost and this handler with it: what arrived is kept.
    let appending = spawn(async move {
        let appended = upload::append(&svc, &link, piece, patient(body)).await;
        match appended {
            Err(error) if error.code() == Code::OffsetConflict => {
                Ok(upload::progress(&svc, &link).await?.offset)
            }
            appended => Ok(appended?.offset),
        }
    });
    appending.await.map_err(anyhow::Error::from)?
}
