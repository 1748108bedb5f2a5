//! `GET tickets`.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::TicketPageOut;
use crate::domain::evidence::flags::Flag;
use crate::domain::geo::{BoundingBox, Datum};
use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::domain::text::Text;
use crate::domain::ticket::machine::State;
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::services::error::Code;
use crate::services::ticket::ListQuery;
use crate::services::{Error, Services, ticket};

/// What to list. Everything given narrows the list further.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketListQuery {
    /// States, separated by commas.
    #[param(example = "dispatched,rectifying")]
    state: Option<String>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
    /// Code of a district.
    district: Option<String>,
    /// Code of an item.
    item: Option<String>,
    /// `me`: only those that the caller works on (经办人); not for inspectors.
    #[param(example = "me")]
    assignee: Option<String>,
    /// Only those overdue now.
    #[serde(default)]
    overdue: bool,
    /// `west,south,east,north` in WGS-84 degrees.
    #[param(example = "117.9,37.3,118.1,37.5")]
    bbox: Option<String>,
    /// Flags on photos, separated by commas, or `any`; office only.
    #[param(example = "photo_reused,after_far_from_before")]
    flag: Option<String>,
    /// Only recurrences (反弹) of tickets that the reader may know of; not for inspectors.
    #[serde(default)]
    recurrence: bool,
    /// Part of the number or of the description.
    q: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
    /// Datum of positions: `wgs84` (default), `gcj02` or `bd09`.
    #[param(value_type = Option<String>)]
    datum: Option<Datum>,
}

impl TicketListQuery {
    /// The datum to answer in.
    pub fn datum(&self) -> Datum {
        self.datum.unwrap_or(Datum::Wgs84)
    }

    /// The query, if every value can be.
    ///
    /// # Errors
    /// `invalid_query`, naming the parameter.
    pub fn parse(self) -> Result<ListQuery, Error> {
        let states = self.state.as_deref().map(states).transpose()?;
        Ok(ListQuery {
            states: states.unwrap_or_default(),
            unit: self.unit,
            district: self.district,
            item: self.item,
            assigned_to_me: match self.assignee.as_deref() {
                None => false,
                Some("me") => true,
                Some(_) => return Err(refuse("assignee", "me")),
            },
            overdue: self.overdue,
            bbox: self.bbox.as_deref().map(bbox).transpose()?,
            flags: self
                .flag
                .as_deref()
                .map(flags)
                .transpose()?
                .unwrap_or_default(),
            recurrence: self.recurrence,
            words: self.q.filter(|words| !words.trim().is_empty()),
            cursor: self.cursor,
            limit: page_limit(self.limit)?,
        })
    }
}

/// A page size within bounds.
///
/// # Errors
/// `invalid_query`.
pub fn page_limit(limit: Option<u32>) -> Result<u32, Error> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(refuse("limit", &format!("1–{MAX_LIMIT}"))),
    }
}

/// States, separated by commas.
///
/// # Errors
/// `invalid_query`.
pub fn states(words: &str) -> Result<Vec<State>, Error> {
    let all = State::ALL.map(State::as_str).join(", ");
    words
        .split(',')
        .map(|word| {
            word.trim()
                .parse()
                .map_err(|_unknown| refuse("state", &all))
        })
        .collect()
}

fn flags(words: &str) -> Result<Vec<Flag>, Error> {
    if words.trim() == "any" {
        return Ok(Flag::ALL.to_vec());
    }
    let all = Flag::ALL.map(Flag::as_str).join(", ");
    let read = |word: &str| word.trim().parse().map_err(|_unknown| refuse("flag", &all));
    words.split(',').map(read).collect()
}

/// `west,south,east,north`.
///
/// # Errors
/// `invalid_query`.
pub fn bbox(text: &str) -> Result<BoundingBox, Error> {
    let corners: Option<Vec<f64>> = text
        .split(',')
        .map(|number| number.trim().parse::<f64>().ok().filter(|n| n.is_finite()))
        .collect();
    match corners.as_deref() {
        Some([west, south, east, north]) if west <= east && south <= north => Ok(BoundingBox {
            west: *west,
            south: *south,
            east: *east,
            north: *north,
        }),
        _ => Err(refuse("bbox", "west,south,east,north")),
    }
}

/// A parameter that is not what it takes.
pub fn refuse(parameter: &str, expected: &str) -> Error {
    Error::with_detail(
        Code::InvalidQuery,
        Text::new(
            format!("{parameter} 应为：{expected}"),
            format!("{parameter} takes: {expected}"),
        ),
    )
}

/// List tickets.
///
/// Those that the caller may know of, latest first.
#[utoipa::path(
    tag = "tickets",
    params(TicketListQuery),
    responses(
        (status = 200, body = TicketPageOut),
        (status = 422, description = "`invalid_query` or `list_cursor_invalid`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/tickets")]
pub async fn list_tickets(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<TicketListQuery>,
) -> Result<web::Json<TicketPageOut>, ApiError> {
    let datum = query.0.datum();
    let page = ticket::list(&svc, &caller.0, query.0.parse()?).await?;
    Ok(web::Json(TicketPageOut::new(page, datum)))
}
