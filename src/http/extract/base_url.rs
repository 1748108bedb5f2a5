//! Where this server is for the one who asks: links that it gives are absolute, as some clients take no others.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};

use crate::http::files;

/// What the server was told to be reached under, if it was.
pub struct PublicUrl(pub Option<String>);

/// `https://host`, or what else the server is reached under, without a slash at its end.
pub struct BaseUrl(String);

impl BaseUrl {
    /// The address of an upload.
    pub fn upload(&self, link: &str) -> String {
        format!("{}{}/{link}", self.0, files::ROOT)
    }
}

impl FromRequest for BaseUrl {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let public = request
            .app_data::<web::Data<PublicUrl>>()
            .and_then(|public| public.0.as_deref());
        let base = match public {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => {
                let asked = request.connection_info();
                format!("{}://{}", asked.scheme(), asked.host())
            }
        };
        ready(Ok(Self(base)))
    }
}
