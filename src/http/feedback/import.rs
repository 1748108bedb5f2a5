//! `POST feedback`.

use actix_web::http::header;
use actix_web::{HttpRequest, post, web};

use super::dto::{FeedbackOut, FeedbackQuery};
use crate::domain::text::Lang;
use crate::http::extract::{Caller, Query, read_body};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, feedback};

/// Largest file.
const FILE_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// Take in a superior's list (省反馈)
///
/// The body is CSV (UTF-8) with the columns `number,item,text` and, if wanted, `condition,point,lat,lon,datum,danger`. Each row becomes a
/// finding with its ticket; photos are not asked for. A list can be sent again: rows are known by the list's name and their number.
/// For clerks and supervisors.
#[utoipa::path(
    tag = "reports",
    params(FeedbackQuery),
    request_body(content = Vec<u8>, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of each row, or with `dry_run` would", body = FeedbackOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 413, description = "More than 4 MiB", body = Problem),
        (status = 422, description = "`import_refused`: no such list at all; `invalid` for its name.", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[post("/feedback")]
pub async fn import_feedback(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<FeedbackQuery>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<web::Json<FeedbackOut>, ApiError> {
    feedback::may_import(&caller.0)?;
    let accept = request.headers().get(header::ACCEPT_LANGUAGE);
    let lang = Lang::negotiate(accept.and_then(|value| value.to_str().ok()));
    let file = read_body(body, FILE_LIMIT_BYTES).await?;
    let FeedbackQuery { list, dry_run } = query.0;
    let rows = feedback::import(&svc, &caller.0, &list, file, dry_run).await?;
    Ok(web::Json(FeedbackOut::new(rows, dry_run, lang)))
}
