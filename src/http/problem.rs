//! Every failure as problem details (RFC 9457), in the reader's language. The chain behind an internal error goes to the
//! log here, once, and nowhere else.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::text::Lang;
use crate::services::error::{Code, Error, Kind};

/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Problem details (RFC 9457). Further members depend on the code.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// URI reference of the kind of problem: `/#problem-<code>`.
    #[serde(rename = "type")]
    kind: String,
    /// What went wrong, in general.
    title: String,
    /// HTTP status.
    status: u16,
    /// The word for programs.
    #[schema(example = "wrong_state")]
    code: &'static str,
    /// What went wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    /// To find this request in the server's log.
    request_id: String,
    #[serde(flatten)]
    #[schema(ignore)]
    members: Map<String, Value>,
}

/// A field at fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the body, or the parameter's name.
    #[schema(example = "/geo/lat")]
    pointer: String,
    /// The word for programs.
    code: &'static str,
    /// For people.
    detail: String,
}

/// A service's refusal on its way out.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        status(self.0.code())
    }

    /// A bare status: the middleware, which knows the reader's language, writes the body.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// The status that a code goes out with.
pub fn status(code: Code) -> StatusCode {
    match code.kind() {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        Kind::UpgradeRequired => StatusCode::UPGRADE_REQUIRED,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Locked => StatusCode::LOCKED,
        Kind::ChecksumMismatch => StatusCode::from_u16(460).expect("a number that can be a status"),
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The code for a failure that the framework answered by itself.
pub fn code_of_status(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMedia,
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => Code::TooManyRequests,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_client_error() => Code::MalformedHeader,
        _ => Code::Internal,
    }
}

/// The answer to a failed request.
pub fn render(error: &Error, lang: Lang, request_id: &str) -> HttpResponse {
    let code = error.code();
    let status = status(code);
    let mut problem = Problem {
        kind: format!("/#problem-{}", code.as_str()),
        title: code.title().get(lang).to_owned(),
        status: status.as_u16(),
        code: code.as_str(),
        detail: None,
        errors: Vec::new(),
        request_id: request_id.to_owned(),
        members: Map::new(),
    };
    let mut response = HttpResponseBuilder::new(status);
    match error {
        Error::Refused(refusal) => {
            problem.detail = refusal.detail.as_ref().map(|d| d.get(lang).to_owned());
            problem.members.clone_from(&refusal.members);
            problem.errors = refusal
                .errors
                .iter()
                .map(|fault| Fault {
                    pointer: fault.pointer.clone(),
                    code: fault.code,
                    detail: fault.detail.get(lang).to_owned(),
                })
                .collect();
            if let Some(seconds) = refusal.retry_after_s {
                response.insert_header((header::RETRY_AFTER, seconds));
            }
            if let Some(source) = &refusal.source {
                tracing::warn!(code = code.as_str(), request_id, "{source:#}");
            }
        }
        Error::Internal(source) => {
            tracing::error!(request_id, "{source:#}");
        }
    }
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
    }
    let language = match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    };
    response
        .insert_header((header::CONTENT_LANGUAGE, language))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type(PROBLEM_JSON)
        .body(serde_json::to_string(&problem).unwrap_or_default())
}
