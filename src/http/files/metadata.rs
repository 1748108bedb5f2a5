//! `Upload-Metadata`: pairs of a key and base64, separated by commas. Clients put spaces where the protocol has none, and send keys that nobody
//! asked for, the phone's name of the file among them: what is not needed is not even kept.

use actix_web::http::header::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use uuid::Uuid;

use super::answer::UPLOAD_METADATA;
use crate::domain::evidence::Sha256Digest;
use crate::domain::evidence::upload::Upload;
use crate::domain::text::Text;
use crate::http::evidence::photo_type;
use crate::services::Error;
use crate::services::error::Code;

/// With padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a sender says of a file.
pub struct Metadata {
    /// The photo that it is.
    pub aid: Option<Uuid>,
    /// SHA-256 of the whole file.
    pub sha256: Option<Sha256Digest>,
    /// Media type.
    pub mime: String,
}

impl Metadata {
    /// What the header says; nothing when there is none.
    ///
    /// # Errors
    /// `malformed_header`; `unsupported_media_type` for what is no photo.
    pub fn of(headers: &HeaderMap) -> Result<Self, Error> {
        let (mut aid, mut sha256, mut mime) = (None, None, None);
        let text = match headers.get(UPLOAD_METADATA).map(HeaderValue::to_str) {
            None => "",
            Some(Ok(text)) => text,
            Some(Err(_not_ascii)) => return Err(malformed("Upload-Metadata")),
        };
        for pair in text.split(',') {
            let mut words = pair.split_whitespace();
            let (key, value) = (words.next().unwrap_or_default(), words.next());
            match key {
                "aid" => aid = Some(decode(key, value, |text| Uuid::try_parse(text).ok())?),
                "sha256" => sha256 = Some(decode(key, value, Sha256Digest::from_hex)?),
                "filetype" => mime = Some(decode(key, value, |text| Some(text.to_owned()))?),
                _ => {}
            }
        }
        Ok(Self {
            aid,
            sha256,
            mime: photo_type(mime.as_deref())?,
        })
    }

    /// The header for an upload, without what was not kept.
    pub fn header(upload: &Upload) -> String {
        let aid = upload.aid.map(|aid| ("aid", aid.to_string()));
        let sha256 = upload.sha256.map(|it| ("sha256", it.to_string()));
        let mime = Some(("filetype", upload.mime.clone()));
        let pairs = [aid, sha256, mime].into_iter().flatten();
        let pairs = pairs.map(|(key, value)| format!("{key} {}", BASE64.encode(value)));
        pairs.collect::<Vec<_>>().join(",")
    }
}

fn decode<T>(
    key: &str,
    value: Option<&str>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Error> {
    let bytes = value.and_then(|value| BASE64.decode(value).ok());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| read(text.trim()))
        .ok_or_else(|| malformed(&format!("Upload-Metadata: {key}")))
}

/// A header of the protocol that cannot be read.
pub fn malformed(name: &str) -> Error {
    Error::with_detail(
        Code::MalformedHeader,
        Text::new(
            format!("请求头 {name} 缺失或格式不正确"),
            format!("{name} is missing or cannot be read"),
        ),
    )
}
