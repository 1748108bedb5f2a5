//! `OPTIONS files`: what of the protocol is spoken here.

use actix_web::{HttpResponse, options};

use super::VERSION;
use crate::domain::evidence::MAX_PHOTO_BYTES;
use crate::domain::evidence::checksum::ALGORITHMS;

const EXTENSIONS: &str = "creation,creation-with-upload,expiration,checksum,termination";

/// Ask what is spoken.
///
/// tus 1.0.0: versions, extensions, checksums and the largest file.
#[utoipa::path(
    tag = "uploads",
    responses(
        (status = 204, description = "In the head.", headers(
            ("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Max-Size" = u64), ("Tus-Checksum-Algorithm" = String),
        )),
    ),
)]
#[options("/files")]
pub async fn describe_uploads() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(("Tus-Version", VERSION))
        .insert_header(("Tus-Extension", EXTENSIONS))
        .insert_header(("Tus-Max-Size", MAX_PHOTO_BYTES))
        .insert_header(("Tus-Checksum-Algorithm", ALGORITHMS))
        .finish()
}
