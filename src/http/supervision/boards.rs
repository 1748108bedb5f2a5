//! `GET supervision/boards`.

use actix_web::{get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::figures_dto::{DefinitionOut, FractionOut, PeriodOut};
use crate::domain::supervision::board::{Beside, Consequence};
use crate::domain::supervision::indicator::Indicator;
use crate::domain::supervision::period::Period;
use crate::domain::unit::{Unit, UnitKind};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::refuse;
use crate::services::supervision::{Board, BoardRow};
use crate::services::{Services, supervision};

/// Which board.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// First day of the period, in the city.
    #[param(value_type = String, example = "2026-11-01")]
    from: Date,
    /// Last day of it.
    #[param(value_type = String, example = "2026-11-30")]
    to: Date,
    /// As known at this instant (RFC 3339): the end of the period when not given, or now while it lasts.
    #[param(value_type = Option<String>)]
    as_of: Option<Timestamp>,
    /// Type of unit: `district_office` (when not given), `department`, `street`, `city` or `other`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Code of the indicator; `on_time` when not given.
    indicator: Option<String>,
}

/// A board (红黑榜).
#[derive(Serialize, ToSchema)]
pub struct BoardOut {
    /// The period.
    period: PeriodOut,
    /// The one that ranks are compared with.
    before: PeriodOut,
    /// As known then.
    as_of: Timestamp,
    /// Type of unit.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What it ranks by.
    definition: DefinitionOut,
    /// Best first; those with equal fractions share a rank and stand in the order of their codes.
    items: Vec<BoardRowOut>,
    /// 本次未测评: units with nothing to count.
    uninvolved: Vec<UnitNameOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

/// A unit on the board.
#[derive(Serialize, ToSchema)]
pub struct BoardRowOut {
    /// 1 is best.
    rank: u32,
    /// The unit; what the units below it lead counts for it.
    unit: UnitNameOut,
    /// What it is ranked by.
    #[serde(flatten)]
    fraction: FractionOut,
    /// Rank of the period before; null when it was not on that board.
    rank_before: Option<u32>,
    /// How many places it has risen since; negative when it fell.
    risen: Option<i64>,
    /// 退件: tickets that it returned in the period.
    returns: u64,
    /// 并案: tickets that were merged into its own in the period.
    merges: u64,
    /// 强制结案: its tickets that were closed by force in the period.
    forced: u64,
    /// 临期延期: extensions that it asked for in the last hour before the deadline.
    last_hour_extensions: u64,
    /// For how many periods in a row it has been last, this one among them; counted up to 3.
    periods_last: u32,
    /// What follows: `interview` 约谈, `organisation` 抄告组织部, `accountability` 问责.
    #[schema(example = "interview")]
    consequence: Option<&'static str>,
}

/// A unit.
#[derive(Serialize, ToSchema)]
pub struct UnitNameOut {
    /// Code.
    code: String,
    /// Name.
    name: String,
}

impl From<Unit> for UnitNameOut {
    fn from(unit: Unit) -> Self {
        Self {
            code: unit.code,
            name: unit.name_zh,
        }
    }
}

impl From<Board> for BoardOut {
    fn from(board: Board) -> Self {
        let uninvolved = board.uninvolved.into_iter();
        Self {
            period: board.period.into(),
            before: board.before.into(),
            as_of: board.as_of,
            kind: board.kind.as_str(),
            definition: board.indicator.into(),
            items: board.rows.into_iter().map(BoardRowOut::from).collect(),
            uninvolved: uninvolved.map(UnitNameOut::from).collect(),
            next_cursor: None,
        }
    }
}

impl From<BoardRow> for BoardRowOut {
    fn from(row: BoardRow) -> Self {
        let Beside {
            returns,
            merges,
            forced,
            last_hour_extensions,
        } = row.beside;
        let risen = row
            .rank_before
            .map(|before| i64::from(before) - i64::from(row.rank));
        Self {
            rank: row.rank,
            unit: row.unit.into(),
            fraction: row.fraction.into(),
            rank_before: row.rank_before,
            risen,
            returns,
            merges,
            forced,
            last_hour_extensions,
            periods_last: row.periods_last,
            consequence: row.consequence.map(Consequence::as_str),
        }
    }
}

/// Read the board of a period (红黑榜).
///
/// Units of one type, ranked on the exact fraction, ties all listed; units with nothing to count are named apart. The counts beside the rate
/// show how it came about, and being last in several periods in a row raises what follows.
#[utoipa::path(
    tag = "supervision",
    params(BoardQuery),
    responses(
        (status = 200, body = BoardOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/supervision/boards")]
pub async fn read_board(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<BoardQuery>,
) -> Result<web::Json<BoardOut>, ApiError> {
    let query = query.0;
    let kind = query.kind.as_deref().unwrap_or("district_office");
    let kind: UnitKind = kind
        .parse()
        .map_err(|_unknown| refuse("type", "district_office, department, street, city, other"))?;
    let indicator = query.indicator.as_deref().unwrap_or("on_time");
    let indicator: Indicator = indicator
        .parse()
        .map_err(|_unknown| refuse("indicator", &Indicator::ALL.map(Indicator::code).join(", ")))?;
    let period = Period {
        from: query.from,
        to: query.to,
    };
    let board = supervision::board(&svc, &caller.0, period, query.as_of, kind, indicator).await?;
    Ok(web::Json(board.into()))
}
