//! A piece of an upload: taken as far as it arrives, durable before it is acknowledged. A piece with a checksum counts whole or not at all.

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::finish::finish;
use super::turn::Turn;
use super::{Progress, hold};
use crate::domain::evidence::checksum::Checksum;
use crate::domain::evidence::upload::Upload;
use crate::domain::text::Text;
use crate::gateways::blobs::partial::Chunk;
use crate::services::error::{Code, Error, Result};
use crate::services::evidence::store::{broken_off, refuse_blob};
use crate::services::state::Services;

/// What comes with the bytes of a piece.
pub struct Piece {
    /// Where in the file it begins.
    pub offset: u64,
    /// Its length, where the sender says it beforehand.
    pub length: Option<u64>,
    /// What it must amount to.
    pub checksum: Option<Checksum>,
}

/// How a piece ended.
enum End {
    Whole,
    BrokenOff(String),
    Interrupted,
    TooLong,
}

/// Appends a piece to the upload that a link leads to; with its last byte the photo is there.
///
/// # Errors
/// `not_found`, `upload_busy`; `offset_conflict` when the piece begins elsewhere; `checksum_mismatch`; `file_mismatch` when the file is
/// whole and not what was declared: then the upload is gone; `too_large` beyond the length; `body_broken_off` and `upload_interrupted`, where
/// what had arrived is kept; `unavailable` when the store does not take it.
pub async fn append<S, E>(svc: &Services, link: &str, piece: Piece, body: S) -> Result<Progress>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let (upload, mut turn) = hold(svc, link).await?;
    let end = piece.offset.saturating_add(piece.length.unwrap_or(0));
    if upload.is_whole() {
        let offset = upload.size_bytes;
        return match (piece.offset == offset, end > offset) {
            (true, false) => Ok(Progress { upload, offset }),
            (true, true) => Err(too_long(&upload)),
            (false, _) => Err(elsewhere(offset)),
        };
    }
    let partials = svc.blobs.partials();
    let chunk = if piece.checksum.is_some() {
        partials.stage(upload.id).await
    } else {
        partials.resume(upload.id).await
    };
    let mut chunk = chunk.map_err(refuse_blob)?;
    if piece.offset != chunk.offset() {
        let offset = chunk.offset();
        chunk.discard().await.map_err(refuse_blob)?;
        return Err(elsewhere(offset));
    }
    if end > upload.size_bytes {
        chunk.discard().await.map_err(refuse_blob)?;
        return Err(too_long(&upload));
    }
    let mut checksum = piece.checksum;
    let end = receive(&mut chunk, &upload, checksum.as_mut(), &mut turn, body).await?;
    let offset = match checksum {
        Some(checksum) => keep_if_right(chunk, &end, checksum, piece.offset).await?,
        None => chunk.keep().await.map_err(refuse_blob)?,
    };
    if offset == upload.size_bytes {
        finish(svc, &upload).await?;
        if !matches!(end, End::TooLong) {
            return Ok(Progress { upload, offset });
        }
    }
    match end {
        End::Whole => Ok(Progress { upload, offset }),
        End::BrokenOff(reason) => Err(at(broken_off(&reason), offset)),
        End::Interrupted => Err(at(Error::new(Code::UploadInterrupted), offset)),
        End::TooLong => Err(at(too_long(&upload), offset)),
    }
}

async fn receive<S, E>(
    chunk: &mut Chunk,
    upload: &Upload,
    mut checksum: Option<&mut Checksum>,
    turn: &mut Turn,
    mut body: S,
) -> Result<End>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    loop {
        let arrived = tokio::select! {
            // What has arrived is taken before anyone is made way for.
            biased;
            arrived = body.next() => arrived,
            () = turn.wanted() => return Ok(End::Interrupted),
        };
        let bytes = match arrived {
            None => return Ok(End::Whole),
            Some(Err(error)) => return Ok(End::BrokenOff(error.to_string())),
            Some(Ok(bytes)) => bytes,
        };
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if chunk.offset().saturating_add(length) > upload.size_bytes {
            return Ok(End::TooLong);
        }
        if let Some(checksum) = &mut checksum {
            checksum.update(&bytes);
        }
        chunk.write(&bytes).await.map_err(refuse_blob)?;
    }
}

async fn keep_if_right(chunk: Chunk, end: &End, checksum: Checksum, from: u64) -> Result<u64> {
    if matches!(end, End::Whole) && checksum.is_right() {
        return chunk.keep().await.map_err(refuse_blob);
    }
    chunk.discard().await.map_err(refuse_blob)?;
    match end {
        End::Whole => Err(at(Error::new(Code::ChecksumMismatch), from)),
        End::BrokenOff(_) | End::Interrupted | End::TooLong => Ok(from),
    }
}

/// Tells where the upload stands.
fn at(error: Error, offset: u64) -> Error {
    error.member("upload_offset", offset)
}

fn elsewhere(offset: u64) -> Error {
    at(Error::new(Code::OffsetConflict), offset)
}

fn too_long(upload: &Upload) -> Error {
    let refused = Error::with_detail(
        Code::TooLarge,
        Text::new(
            "分片超出 Upload-Length",
            "the piece goes beyond Upload-Length",
        ),
    );
    refused.member("limit_bytes", upload.size_bytes)
}
