//! Query parameters. Unknown ones are refused where `T` says so: a mistyped filter must not answer everything.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use serde::de::DeserializeOwned;

use crate::domain::text::Text;
use crate::http::problem::ApiError;
use crate::services::Error;
use crate::services::error::Code;

/// The query string as `T`.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let refuse = |reason: String| {
            ApiError(Error::with_detail(
                Code::InvalidQuery,
                Text::new(reason.clone(), reason),
            ))
        };
        if request.query_string().contains("%00") {
            return ready(Err(refuse("NUL character".to_owned())));
        }
        ready(
            web::Query::<T>::from_query(request.query_string())
                .map(|query| Self(query.into_inner()))
                .map_err(|error| refuse(error.to_string())),
        )
    }
}
