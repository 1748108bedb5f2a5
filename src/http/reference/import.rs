//! `POST imports/{kind}`

use actix_web::{Responder, post, web};

use super::dto::import::{ImportOut, ImportQuery};
use crate::domain::geo::{Datum, UnknownDatum};
use crate::domain::import::ImportKind;
use crate::domain::text::Text;
use crate::http::extract::{Caller, Query, read_body};
use crate::http::problem::{ApiError, Problem};
use crate::services::error::Code;
use crate::services::reference::import::{self, Asked};
use crate::services::{Error, Services};

/// Largest file.
const FILE_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// Import a file of reference data
///
/// The body is the file itself: CSV (UTF-8, header required) for units, users, items, criteria and points, GeoJSON for areas, JSON
/// for a calendar. It is imported whole or not at all; what is there already and unchanged is left alone.
/// With `dry_run=true` the answer is the same and nothing is kept.
#[utoipa::path(
    tag = "reference",
    params(
        ("kind" = String, Path, description = "`areas`, `units`, `users`, `items`, `criteria`, `points` or `calendar`"),
        ImportQuery,
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "Imported, or with `dry_run` what an import would do", body = ImportOut),
        (status = 403, description = "Not for this role", body = Problem),
        (status = 404, description = "Nothing of this kind can be imported", body = Problem),
        (status = 413, description = "More than 16 MiB", body = Problem),
        (status = 422, description = "`import_refused`: every bad row, `pointer` says where; or the datum is missing or unknown", body = Problem),
    ),
    security(("bearer" = [])),
)]
#[post("/imports/{kind}")]
pub async fn import_reference(
    svc: web::Data<Services>,
    caller: Caller,
    kind: web::Path<String>,
    query: Query<ImportQuery>,
    body: web::Payload,
) -> Result<impl Responder, ApiError> {
    let kind: ImportKind = kind
        .parse()
        .map_err(|_nothing_of_the_kind| Error::new(Code::NotFound))?;
    let datum = query.0.datum.as_deref().map(datum).transpose()?;
    import::may_import(&caller.0, kind)?;
    let file = read_body(body, FILE_LIMIT_BYTES).await?;
    let asked = Asked {
        datum,
        dry_run: query.0.dry_run,
    };
    let summary = import::import(&svc, &caller.0, kind, file, asked, &|_, _| {}).await?;
    Ok(web::Json(ImportOut::from(summary)))
}

fn datum(name: &str) -> Result<Datum, Error> {
    name.parse().map_err(|error: UnknownDatum| {
        let text = Text::new(
            format!("未知坐标系“{}”，应为 wgs84、gcj02 或 bd09", error.0),
            error.to_string(),
        );
        Error::invalid_field("datum", "unknown", text)
    })
}
