//! The head of a piece: where it begins, how long it is and what it must amount to.

use actix_web::http::header::{self, HeaderMap, HeaderName};

use super::answer::UPLOAD_OFFSET;
use super::metadata::malformed;
use crate::domain::evidence::checksum::{ALGORITHMS, Checksum};
use crate::domain::text::Text;
use crate::services::Error;
use crate::services::error::Code;
use crate::services::evidence::upload::Piece;

/// Media type of a piece.
pub const PIECE_TYPE: &str = "application/offset+octet-stream";
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");

/// The piece of a PATCH.
///
/// # Errors
/// `unsupported_media_type`, `malformed_header`.
pub fn piece_at_offset(headers: &HeaderMap) -> Result<Piece, Error> {
    if !has_piece(headers) {
        return Err(Error::with_detail(
            Code::UnsupportedMedia,
            Text::new(format!("应为 {PIECE_TYPE}"), format!("send {PIECE_TYPE}")),
        ));
    }
    let offset = number(headers, &UPLOAD_OFFSET).ok_or_else(|| malformed("Upload-Offset"))?;
    piece(headers, offset)
}

/// The piece at the beginning of a file that a POST may bring with it.
///
/// # Errors
/// `malformed_header`.
pub fn first_piece(headers: &HeaderMap) -> Result<Option<Piece>, Error> {
    let is_empty = number(headers, &header::CONTENT_LENGTH) == Some(0);
    if !has_piece(headers) || is_empty {
        return Ok(None);
    }
    piece(headers, 0).map(Some)
}

/// A header that holds a number.
pub fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn piece(headers: &HeaderMap, offset: u64) -> Result<Piece, Error> {
    let stated = headers.get(UPLOAD_CHECKSUM).map(|stated| {
        let stated = stated.to_str().ok().map(Checksum::parse);
        stated.and_then(Result::ok).ok_or_else(|| {
            Error::with_detail(
                Code::MalformedHeader,
                Text::new(
                    format!("Upload-Checksum 应为 {ALGORITHMS} 之一加空格加 base64"),
                    format!("Upload-Checksum takes one of {ALGORITHMS}, a space and base64"),
                ),
            )
        })
    });
    Ok(Piece {
        offset,
        length: number(headers, &header::CONTENT_LENGTH),
        checksum: stated.transpose()?,
    })
}

fn has_piece(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok()?.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(PIECE_TYPE))
}
