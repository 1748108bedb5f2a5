//! JSON bodies: read up to a limit, refused with a pointer to the field that does not fit.

use std::future::Future;
use std::pin::Pin;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::read_body;
use crate::domain::text::Text;
use crate::http::problem::ApiError;
use crate::services::Error;
use crate::services::error::Code;
use crate::services::input::json;

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
            let raw = if body.is_empty() {
                Value::Object(serde_json::Map::new())
            } else {
                json::parse(&body).map_err(|error| malformed(&error))?
            };
            let value = read(&raw)?;
            Ok(Self { value, raw })
        })
    }
}

fn read<T: DeserializeOwned>(raw: &Value) -> Result<T, Error> {
    if let Some(fault) = json::nul_character(raw) {
        return Err(Error::invalid(vec![fault]));
    }
    let (value, unknown) = json::fit(raw).map_err(|fault| Error::invalid(vec![fault]))?;
    if unknown.is_empty() {
        Ok(value)
    } else {
        Err(Error::invalid(unknown))
    }
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
