//! `GET sync/changes`.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::ChangesOut;
use super::phone::{MIN_SCHEMA, Phone};
use crate::domain::text::Text;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::error::Code;
use crate::services::sync::pull::{DEFAULT_LIMIT, MAX_LIMIT, Pull, pull};
use crate::services::{Error, Services};

/// From where on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The cursor of the last pull; none for everything.
    cursor: Option<String>,
    /// `page` of the page before.
    page: Option<String>,
    /// Most rows, 1 to 2000; 500 when not given.
    limit: Option<u32>,
}

/// Pull what changed.
///
/// In pages; the last one has the new cursor. Without a cursor everything that the caller may hold. The protocol, the
/// documents of each collection and a worked example are in `api-spec/sync.md`.
#[utoipa::path(
    tag = "sync",
    params(
        ChangesQuery,
        ("X-Device-Id" = Option<uuid::Uuid>, Header, description = "The phone; needed when the login named none"),
        ("X-App-Schema" = Option<u32>, Header, description = "Form of documents that the app knows: 1"),
    ),
    responses(
        (status = 200, description = "A page.", body = ChangesOut),
        (status = 400, description = "`malformed_header`.", body = Problem),
        (status = 401, description = "`token_expired`, `session_revoked`, `device_unknown`: none of them is a reason to delete anything on the phone.", body = Problem),
        (status = 403, description = "`forbidden`: a role that does not sync.", body = Problem),
        (status = 409, description = "`cursor_invalid`: pull without a cursor, and keep what was not sent.", body = Problem),
        (status = 426, description = "`upgrade_required`: the app is too old to pull; pushing goes on.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/sync/changes")]
pub async fn get_changes(
    svc: web::Data<Services>,
    caller: Caller,
    phone: Phone,
    query: Query<ChangesQuery>,
) -> Result<web::Json<ChangesOut>, ApiError> {
    if phone.schema < MIN_SCHEMA {
        return Err(Error::new(Code::UpgradeRequired).into());
    }
    let ChangesQuery {
        cursor,
        page,
        limit,
    } = query.0;
    let limit = match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => limit,
        _ => {
            let expected = format!("limit: 1–{MAX_LIMIT}");
            let text = Text::new(expected.clone(), expected);
            return Err(Error::with_detail(Code::InvalidQuery, text).into());
        }
    };
    let asked = Pull {
        device_id: phone.device_id,
        cursor,
        page,
        limit,
    };
    let pulled = pull(&svc, &caller.0, asked).await?;
    Ok(web::Json(ChangesOut::new(pulled, svc.now())))
}
