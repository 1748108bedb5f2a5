//! Bodies as they come: with patience for a bad line, but not for ever, and not without a limit.

use std::time::Duration;

use actix_web::error::PayloadError;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, LocalBoxStream};
use futures_util::{Stream, StreamExt as _};

use crate::domain::text::Text;
use crate::services::Error;
use crate::services::error::Code;

/// A client that sends nothing for so long in mid-body is gone.
const SILENCE: Duration = Duration::from_secs(30);

/// The body, broken off where the client falls silent.
pub fn patient<'a, S>(body: S) -> LocalBoxStream<'a, Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'a,
{
    let chunks = stream::unfold(Some(body), |body| async {
        let mut body = body?;
        match tokio::time::timeout(SILENCE, body.next()).await {
            Ok(chunk) => chunk.map(|chunk| (chunk, Some(body))),
            Err(_silence) => Some((Err(PayloadError::Incomplete(None)), None)),
        }
    });
    // A form asks once more after the end.
    chunks.fuse().boxed_local()
}

/// A whole body of at most `limit_bytes`.
///
/// # Errors
/// `too_large` with the limit; `body_broken_off` when the client went away.
pub async fn read_body<S>(body: S, limit_bytes: usize) -> Result<Bytes, Error>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    let mut payload = patient(body);
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_broken_off| {
            Error::with_detail(
                Code::BodyBrokenOff,
                Text::new("请求体未传完", "The body broke off"),
            )
        })?;
        if body.len() + chunk.len() > limit_bytes {
            return Err(Error::new(Code::TooLarge).member("limit_bytes", limit_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
