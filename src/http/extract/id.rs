//! An id in the path. One that is no UUID names nothing: 404, like any other id that this caller may not know.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use uuid::Uuid;

use crate::http::problem::ApiError;
use crate::services::Error;
use crate::services::error::Code;

/// The path parameter `id`.
pub struct Id(pub Uuid);

impl FromRequest for Id {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            Uuid::try_parse(request.match_info().query("id"))
                .map(Self)
                .map_err(|_not_a_uuid| ApiError(Error::new(Code::NotFound))),
        )
    }
}
