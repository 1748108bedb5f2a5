//! `GET lost-points.csv`: the whole list, streamed as CSV (RFC 4180).

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use csv::{Terminator, WriterBuilder};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::dto::{LostPointOut, LostPointsParams};
use crate::domain::deduction::LostPoint;
use crate::domain::page::{MAX_LIMIT, Page};
use crate::domain::text::Lang;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::supervision::csv::plain;
use crate::services::reference::CITY_ZONE;
use crate::services::reference::cache::Reference;
use crate::services::{Services, lost_point};

const COLUMNS: [(&str, &str); 14] = [
    ("台账编号", "number"),
    ("状态", "state"),
    ("项目代码", "item"),
    ("问题小类", "item_name"),
    ("失分标准", "criteria"),
    ("问题描述", "text"),
    ("区县", "district"),
    ("点位", "point"),
    ("牵头部门", "lead_unit"),
    ("来源", "source"),
    ("扣分", "deduction"),
    ("扣分情形", "ground"),
    ("整改时限", "due_at"),
    ("结案时间", "closed_at"),
];

/// Pull the whole lost-points list as a spreadsheet file
///
/// As `GET lost-points`, without pages. CSV in UTF-8 with a byte order mark; names in the language of `Accept-Language`.
#[utoipa::path(
    tag = "supervision",
    params(LostPointsParams),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`: no such round, as far as the caller may know.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/lost-points.csv")]
pub async fn list_lost_points_csv(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<LostPointsParams>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let accept = request.headers().get(header::ACCEPT_LANGUAGE);
    let lang = Lang::negotiate(accept.and_then(|value| value.to_str().ok()));
    let mut query = query.0.parse()?;
    query.cursor = None;
    query.limit = MAX_LIMIT;
    let reference = lost_point::names(&svc).await?;
    let mut pages = Box::pin(lost_point::pages(svc.get_ref().clone(), caller.0, query));
    // The first page decides the status: a refusal must not come after a 200.
    let first = pages.try_next().await?;
    let first = first.ok_or_else(|| anyhow::anyhow!("a list has a first page"))?;
    let body = stream::iter([header_row(lang), rows(first, &reference, lang)])
        .chain(pages.map(move |page| {
            page.map_err(ApiError)
                .and_then(|page| rows(page, &reference, lang))
        }))
        .map_err(actix_web::Error::from);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"lost-points.csv\"",
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .streaming(body))
}

fn header_row(lang: Lang) -> Result<Bytes, ApiError> {
    let names = COLUMNS.map(|(zh, en)| match lang {
        Lang::Zh => zh,
        Lang::En => en,
    });
    written("\u{feff}", [names.map(str::to_owned)])
}

fn rows(page: Page<LostPoint>, reference: &Arc<Reference>, lang: Lang) -> Result<Bytes, ApiError> {
    let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
    let time = |at: Timestamp| {
        let at = at.to_zoned(zone.clone());
        at.strftime("%Y-%m-%d %H:%M").to_string()
    };
    let row = |lost: LostPoint| {
        let state = lost.ticket.state.title().get(lang).to_owned();
        let source = lost.source.title().get(lang).to_owned();
        let row = LostPointOut::of(lost, reference);
        let item_name = match lang {
            Lang::Zh => row.item_name_zh,
            Lang::En => row.item_name_en,
        };
        [
            row.number.unwrap_or_default(),
            state,
            plain(row.item),
            plain(item_name),
            plain(row.criteria.join("；")),
            plain(row.text),
            plain(row.district_name.unwrap_or_default()),
            plain(row.point_name.unwrap_or_default()),
            plain(row.lead_unit.unwrap_or_default()),
            source,
            row.deduction.unwrap_or_default(),
            row.ground
                .map_or("", |ground| word(ground, lang))
                .to_owned(),
            row.due_at.map(time).unwrap_or_default(),
            row.closed_at.map(time).unwrap_or_default(),
        ]
    };
    written("", page.items.into_iter().map(row))
}

/// Words of the API as people in the city say them.
fn word(word: &'static str, lang: Lang) -> &'static str {
    match (lang, word) {
        (Lang::En, _) => word,
        (Lang::Zh, "found") => "发现问题",
        (Lang::Zh, "late") => "逾期未改",
        (Lang::Zh, "repeated") => "问题反弹",
        (Lang::Zh, other) => other,
    }
}

fn written(
    begin: &str,
    rows: impl IntoIterator<Item = [String; COLUMNS.len()]>,
) -> Result<Bytes, ApiError> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(begin.as_bytes().to_vec());
    for row in rows {
        writer.write_record(row).map_err(anyhow::Error::from)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(bytes.into())
}
