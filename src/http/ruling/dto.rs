//! Rulings on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::geo::Datum;
use crate::domain::page::Page;
use crate::domain::ticket::ruling::OwnershipRuling;
use crate::http::position::PositionOut;

/// Which rulings. Everything given narrows the list further.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RulingsQuery {
    /// True: only those that hold; false: only those that do not any more.
    pub active: Option<bool>,
    /// Code of an item.
    pub item: Option<String>,
    /// Id of a check point.
    pub point: Option<Uuid>,
    /// Code of a unit: for it or for one below it.
    pub unit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    pub limit: Option<u32>,
}

/// An ownership ruling (确权): the precedent for a place and an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulingOut {
    /// Id.
    id: Uuid,
    /// Number; tickets that it routes name it.
    number: i64,
    /// Scheme of the item.
    scheme: String,
    /// Code of the item, in whatever version.
    #[schema(example = "E0102")]
    item: String,
    /// The place: this check point,
    point: Option<Uuid>,
    /// or, without one, what lies within `radius_m` of this position (WGS-84).
    position: Option<PositionOut>,
    /// Metres.
    radius_m: f64,
    /// The unit that owns the place.
    unit: RulingUnitOut,
    /// The ticket that it was made on.
    ticket: Uuid,
    /// Why.
    opinion: String,
    /// Account of who ruled.
    ruled_by: Uuid,
    /// From when on it holds,
    valid_from: Timestamp,
    /// and until when; null without an end.
    valid_until: Option<Timestamp>,
    /// Account of who ended it.
    ended_by: Option<Uuid>,
    /// Why it was ended.
    end_reason: Option<String>,
    /// Number of the later ruling for the same place and item.
    superseded_by: Option<i64>,
}

/// A unit as it is called now.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulingUnitOut {
    /// Id.
    id: Uuid,
    /// Code.
    code: String,
    /// Name in Chinese.
    name: String,
}

/// A page of rulings.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulingPageOut {
    /// The newest first.
    items: Vec<RulingOut>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

impl From<OwnershipRuling> for RulingOut {
    fn from(ruling: OwnershipRuling) -> Self {
        let precedent = ruling.precedent;
        Self {
            id: ruling.id,
            number: precedent.number,
            scheme: precedent.scheme,
            item: precedent.item,
            point: precedent.point_id,
            position: precedent
                .position
                .map(|point| PositionOut::in_datum(point, Datum::Wgs84)),
            radius_m: precedent.radius_m,
            unit: RulingUnitOut {
                id: ruling.unit.id,
                code: ruling.unit.code,
                name: ruling.unit.name,
            },
            ticket: ruling.ticket_id,
            opinion: ruling.opinion,
            ruled_by: ruling.ruled_by,
            valid_from: precedent.valid_from,
            valid_until: precedent.valid_until,
            ended_by: ruling.ended_by,
            end_reason: ruling.end_reason,
            superseded_by: ruling.superseded_by,
        }
    }
}

impl From<Page<OwnershipRuling>> for RulingPageOut {
    fn from(page: Page<OwnershipRuling>) -> Self {
        let page = page.map(RulingOut::from);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}
