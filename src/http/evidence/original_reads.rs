//! `GET original-reads`.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::evidence::{OriginalRead, OriginalReadFilter};
use crate::domain::page::Page;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::page_limit;
use crate::services::Services;
use crate::services::evidence::original_reads::list;

/// Which lines. Everything given narrows the list further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OriginalReadQuery {
    /// Of the photo with this `id`.
    photo: Option<Uuid>,
    /// Of photos that this ticket shows.
    ticket: Option<Uuid>,
    /// By the account with this id.
    reader: Option<Uuid>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most lines, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

/// A page of the access trail.
#[derive(Serialize, ToSchema)]
pub struct OriginalReadPageOut {
    /// The latest first.
    items: Vec<OriginalReadOut>,
    /// Send it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// One reading of an original.
#[derive(Serialize, ToSchema)]
pub struct OriginalReadOut {
    /// The line.
    id: Uuid,
    /// The photo's `id`.
    photo: Uuid,
    /// Who read it.
    reader: OriginalReaderOut,
    /// When.
    at: Timestamp,
}

/// Who read an original.
#[derive(Serialize, ToSchema)]
pub struct OriginalReaderOut {
    /// The account.
    id: Uuid,
    /// Its user name.
    username: String,
    /// Its name.
    display_name: String,
    /// Its role at that time.
    role: String,
    /// The device that it was logged in on, if any.
    device: Option<Uuid>,
}

impl From<OriginalRead> for OriginalReadOut {
    fn from(read: OriginalRead) -> Self {
        Self {
            id: read.id,
            photo: read.photo_key,
            reader: OriginalReaderOut {
                id: read.reader_id,
                username: read.username,
                display_name: read.display_name,
                role: read.role,
                device: read.device_id,
            },
            at: read.read_at,
        }
    }
}

impl From<Page<OriginalRead>> for OriginalReadPageOut {
    fn from(page: Page<OriginalRead>) -> Self {
        let page = page.map(OriginalReadOut::from);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

/// List who has read which original (原图调阅留痕).
///
/// A line for each time that the bytes of an original went out, or its address. For supervisor and auditor; nobody can change it.
#[utoipa::path(
    tag = "photos",
    params(OriginalReadQuery),
    responses(
        (status = 200, body = OriginalReadPageOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/original-reads")]
pub async fn list_original_reads(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<OriginalReadQuery>,
) -> Result<web::Json<OriginalReadPageOut>, ApiError> {
    let query = query.0;
    let filter = OriginalReadFilter {
        photo_key: query.photo,
        ticket_id: query.ticket,
        reader_id: query.reader,
    };
    let limit = page_limit(query.limit)?;
    let page = list(&svc, &caller.0, filter, query.cursor.as_deref(), limit).await?;
    Ok(web::Json(page.into()))
}
