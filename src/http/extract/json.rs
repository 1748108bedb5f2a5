//! JSON bodies: read up to a limit, refused with a pointer to the field that does not fit.

mod unique;

use std::future::Future;
use std::pin::Pin;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::unique::Unique;
use super::read_body;
use crate::domain::text::Text;
use crate::http::problem::ApiError;
use crate::services::Error;
use crate::services::error::{Code, FieldError};

/// Largest JSON body.
pub const JSON_LIMIT_BYTES: usize = 1024 * 1024;

/// A JSON body as `T`. A member that `T` does not read is refused: a mistyped one must not be lost in silence.
pub struct Json<T> {
    /// The body, read.
    pub value: T,
    /// The body as it came, for what must be kept.
    pub raw: Value,
}

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request.content_type().is_empty()
            || request
                .content_type()
                .eq_ignore_ascii_case("application/json")
            || request.content_type().ends_with("+json");
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(Error::with_detail(
                    Code::UnsupportedMedia,
                    Text::new("请使用 application/json", "Send application/json"),
                )
                .into());
            }
            let body = read_body(payload, JSON_LIMIT_BYTES).await?;
            let Unique(raw) = if body.is_empty() {
                Unique(Value::Object(serde_json::Map::new()))
            } else {
                serde_json::from_slice(&body).map_err(|error| malformed(&error))?
            };
            if let Some(pointer) = find_nul(&raw, String::new()) {
                return Err(Error::invalid_field(
                    &pointer,
                    "nul_character",
                    Text::new("含有 NUL 字符", "contains a NUL character"),
                )
                .into());
            }
            let value = read(&raw)?;
            Ok(Self { value, raw })
        })
    }
}

fn read<T: DeserializeOwned>(raw: &Value) -> Result<T, Error> {
    let mut unknown = Vec::new();
    let mut note = |path: serde_ignored::Path<'_>| unknown.push(unknown_member(&path));
    let reader = serde_ignored::Deserializer::new(raw, &mut note);
    let value = serde_path_to_error::deserialize(reader).map_err(|error| misfit(&error))?;
    if unknown.is_empty() {
        Ok(value)
    } else {
        Err(Error::invalid(unknown))
    }
}

fn unknown_member(path: &serde_ignored::Path<'_>) -> FieldError {
    FieldError::new(
        pointer_of_unknown(path),
        "does_not_fit",
        Text::new("不符合要求：没有这个字段", "there is no such member"),
    )
}

fn pointer_of_unknown(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}/{index}", pointer_of_unknown(parent)),
        Path::Map { parent, key } => format!("{}/{}", pointer_of_unknown(parent), escaped(key)),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => pointer_of_unknown(parent),
    }
}

/// A member's name within a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::with_detail(
        Code::MalformedJson,
        Text::new(
            format!("第 {} 行第 {} 列：{error}", error.line(), error.column()),
            format!("line {}, column {}: {error}", error.line(), error.column()),
        ),
    )
}

fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let pointer = pointer(error.path());
    let message = error.inner().to_string();
    Error::invalid(vec![FieldError::new(
        pointer,
        "does_not_fit",
        Text::new(format!("不符合要求：{message}"), message),
    )])
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escaped(key)),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// PostgreSQL's text cannot hold U+0000.
fn find_nul(value: &Value, at: String) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\0') => Some(at),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_nul(item, format!("{at}/{index}"))),
        Value::Object(fields) => fields.iter().find_map(|(key, item)| {
            if key.contains('\0') {
                return Some(at.clone());
            }
            find_nul(item, format!("{at}/{key}"))
        }),
        _ => None,
    }
}
