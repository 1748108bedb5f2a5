//! The authenticated caller. A handler with a [`Caller`] cannot run for anyone else.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};

use crate::domain::account::Actor;
use crate::http::problem::ApiError;
use crate::services::error::Code;
use crate::services::{Error, Services, account};

/// Who is calling, by the bearer token (RFC 6750).
pub struct Caller(pub Actor);

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let services = request.app_data::<web::Data<Services>>().cloned();
        let token = bearer(request);
        Box::pin(async move {
            let services = services
                .ok_or_else(|| anyhow::anyhow!("the server was built without its services"))?;
            let token = token.ok_or_else(|| Error::new(Code::Unauthenticated))?;
            Ok(Self(account::authenticate(&services, &token).await?))
        })
    }
}

fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}
