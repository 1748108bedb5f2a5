//! `POST attachments/{id}`: the bytes as the field `file` of a form, for clients that can send nothing else.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, post, web};
use futures_util::StreamExt as _;
use utoipa::ToSchema;

use super::body::{AttachmentOut, answer, photo_type, stated_digest};
use crate::domain::text::Text;
use crate::http::extract::{Caller, Id, patient};
use crate::http::problem::{ApiError, Problem};
use crate::services::error::Code;
use crate::services::evidence::{Incoming, store};
use crate::services::{Error, Services};

/// The form.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the form; its fields are read as a stream"
)]
pub struct AttachmentForm {
    /// The file, at most 32 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Send the bytes of a photo as a form.
///
/// For clients that cannot `PUT` (WeChat, uni-app); otherwise the same.
#[utoipa::path(
    tag = "photos",
    params(
        ("id" = uuid::Uuid, Path, description = "The `aid` that the phone made"),
        ("Repr-Digest" = Option<String>, Header, description = "`sha-256=:BASE64:` (RFC 9530) of the file"),
    ),
    request_body(content = AttachmentForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Stored.", body = AttachmentOut),
        (status = 200, description = "Was here already.", body = AttachmentOut),
        (status = 400, description = "`malformed_form`.", body = Problem),
        (status = 409, description = "`id_taken`.", body = Problem),
        (status = 413, description = "`too_large`.", body = Problem),
        (status = 422, description = "`digest_mismatch`: nothing is kept.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[post("/attachments/{id}")]
pub async fn post_attachment(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let sha256 = stated_digest(request.headers())?;
    let mut form = Multipart::new(request.headers(), patient(body));
    while let Some(field) = form.next().await {
        let field = field.map_err(|error| malformed(&error.to_string()))?;
        if field.name() != Some("file") {
            continue;
        }
        let stated = field
            .content_type()
            .map(|mime| mime.essence_str().to_owned());
        let incoming = Incoming {
            aid: id.0,
            sha256,
            mime: photo_type(stated.as_deref())?,
        };
        return Ok(answer(store(&svc, &caller.0, incoming, field).await?));
    }
    Err(malformed("no field named file").into())
}

fn malformed(reason: &str) -> Error {
    Error::with_detail(
        Code::MalformedForm,
        Text::new(
            format!("应为 multipart/form-data，文件字段名为 file（{reason}）"),
            format!("send multipart/form-data with the file in a field named file ({reason})"),
        ),
    )
}
