//! What a phone says of itself in the head of a request.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use uuid::Uuid;

use crate::domain::text::Text;
use crate::http::problem::ApiError;
use crate::services::Error;
use crate::services::error::Code;

/// Oldest form of the documents that is still sent.
pub const MIN_SCHEMA: u32 = 1;

/// A phone's device and the form of documents that its app knows.
pub struct Phone {
    /// `X-Device-Id`.
    pub device_id: Option<Uuid>,
    /// `X-App-Schema`; the first when absent.
    pub schema: u32,
}

impl FromRequest for Phone {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request).map_err(ApiError))
    }
}

fn read(request: &HttpRequest) -> Result<Phone, Error> {
    Ok(Phone {
        device_id: header(request, "x-device-id")?,
        schema: header(request, "x-app-schema")?.unwrap_or(MIN_SCHEMA),
    })
}

fn header<T: std::str::FromStr>(
    request: &HttpRequest,
    name: &'static str,
) -> Result<Option<T>, Error> {
    let Some(value) = request.headers().get(name) else {
        return Ok(None);
    };
    let read = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().parse().ok());
    read.map(Some).ok_or_else(|| {
        Error::with_detail(
            Code::MalformedHeader,
            Text::new(
                format!("请求头 {name} 有误"),
                format!("{name} cannot be read"),
            ),
        )
    })
}
