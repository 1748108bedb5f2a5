//! What no route takes: 405 where the path is known under other methods (RFC 9110 §15.5.6), else 404. The router cannot tell
//! them apart, as a handler's method is part of its match; the OpenAPI document can.

use actix_web::dev::ResourceDef;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::{OpenApi, PathItem};

use crate::http::problem::ApiError;
use crate::http::routes;
use crate::services::error::{Code, Error};

/// Every path there is, with its methods.
pub struct KnownPaths(Vec<(ResourceDef, Vec<&'static str>)>);

impl KnownPaths {
    /// The paths of the document and those outside the API.
    pub fn of(document: &OpenApi) -> Self {
        let inside = document
            .paths
            .paths
            .iter()
            .map(|(template, item)| (ResourceDef::new(template.as_str()), methods(item)));
        let outside = routes::OUTSIDE
            .into_iter()
            .map(|template| (ResourceDef::new(template), vec!["GET", "HEAD"]));
        Self(inside.chain(outside).collect())
    }

    fn allowed(&self, path: &str) -> Vec<&'static str> {
        let mut allowed: Vec<_> = self
            .0
            .iter()
            .filter(|(template, _)| template.is_match(path))
            .flat_map(|(_, methods)| methods.iter().copied())
            .collect();
        allowed.sort_unstable();
        allowed.dedup();
        allowed
    }
}

fn methods(item: &PathItem) -> Vec<&'static str> {
    [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("OPTIONS", &item.options),
        // Answered wherever GET is.
        ("HEAD", &item.get),
        ("HEAD", &item.head),
        ("PATCH", &item.patch),
    ]
    .into_iter()
    .filter(|(_, operation)| operation.is_some())
    .map(|(name, _)| name)
    .collect()
}

/// 404, or 405 with `Allow`.
pub async fn answer(request: HttpRequest, known: web::Data<KnownPaths>) -> HttpResponse {
    let allowed = known.allowed(request.path());
    if allowed.is_empty() {
        return HttpResponse::from_error(ApiError(Error::new(Code::NotFound)));
    }
    let mut response = HttpResponse::from_error(ApiError(Error::new(Code::MethodNotAllowed)));
    if let Ok(value) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
