//! Check points and their kinds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::OwnerOut;
use crate::domain::check_point::{CheckPointKind, PointOwner};
use crate::domain::geo::Datum;
use crate::domain::page::Page;
use crate::http::position::PositionOut;
use crate::services::reference::{self, PointView};

/// Which check points.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PointsQuery {
    /// Lying in the district with this code.
    district: Option<String>,
    /// Code of the kind.
    kind: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Points on a page, 50 unless said, 500 at most.
    limit: Option<u32>,
    /// Datum of the positions answered: `wgs84` unless said, `gcj02` or `bd09`.
    #[param(value_type = Option<String>)]
    datum: Option<Datum>,
}

impl PointsQuery {
    /// The query itself, and the datum to answer in.
    pub fn split(self) -> (reference::PointsQuery, Datum) {
        let query = reference::PointsQuery {
            district: self.district,
            kind: self.kind,
            cursor: self.cursor,
            limit: self.limit,
        };
        (query, self.datum.unwrap_or(Datum::Wgs84))
    }
}

/// How to answer one check point.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PointQuery {
    /// Datum of the position answered: `wgs84` unless said, `gcj02` or `bd09`.
    #[param(value_type = Option<String>)]
    pub datum: Option<Datum>,
}

/// A check point (点位).
#[derive(Debug, Serialize, ToSchema)]
pub struct PointOut {
    /// Id; reports name it.
    id: Uuid,
    /// Code.
    #[schema(example = "P001")]
    code: String,
    /// Name in Chinese.
    name: String,
    /// Name in English; may be empty.
    name_en: String,
    /// Code of its kind.
    #[schema(example = "K21")]
    kind: String,
    /// Where it is.
    position: PositionOut,
    /// Address; may be empty.
    address: String,
    /// District that it lies in; null outside the city.
    district: Option<PointDistrictOut>,
    /// The unit that answers for it.
    owner: Option<OwnerOut>,
    /// Who has answered for it and when, the latest first; of one check point only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owners: Vec<PointOwnerOut>,
}

/// A time for which a unit answered for a check point.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointOwnerOut {
    /// The unit.
    unit: OwnerOut,
    /// From when on,
    valid_from: Timestamp,
    /// and until when; null while it does.
    valid_until: Option<Timestamp>,
}

/// The district under a check point.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointDistrictOut {
    /// Code.
    #[schema(example = "371602")]
    code: String,
    /// Name in Chinese.
    name: String,
}

impl PointOut {
    /// The check point with its position in a datum.
    pub fn new(view: PointView, datum: Datum) -> Self {
        let point = view.point;
        Self {
            id: point.id,
            code: point.code,
            name: point.name_zh,
            name_en: point.name_en,
            kind: point.kind,
            position: PositionOut::in_datum(point.point, datum),
            address: point.address,
            district: view
                .district
                .map(|(code, name)| PointDistrictOut { code, name }),
            owner: view.owner.map(OwnerOut::from),
            owners: Vec::new(),
        }
    }

    /// With the history of its owners.
    pub fn with_owners(self, owners: Vec<PointOwner>) -> Self {
        let owner = |owner: PointOwner| PointOwnerOut {
            unit: owner.unit.into(),
            valid_from: owner.valid_from,
            valid_until: owner.valid_until,
        };
        Self {
            owners: owners.into_iter().map(owner).collect(),
            ..self
        }
    }
}

/// A page of check points.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointsOut {
    /// In the order of their codes.
    items: Vec<PointOut>,
    /// Send it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

impl PointsOut {
    /// The page with its positions in a datum.
    pub fn new(page: Page<PointView>, datum: Datum) -> Self {
        let page = page.map(|view| PointOut::new(view, datum));
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

/// A kind of check point (点位类型).
#[derive(Debug, Serialize, ToSchema)]
pub struct PointKindOut {
    /// Code.
    #[schema(example = "K21")]
    code: String,
    /// Name in Chinese.
    name: String,
    /// Name in English.
    name_en: String,
}

impl From<CheckPointKind> for PointKindOut {
    fn from(kind: CheckPointKind) -> Self {
        Self {
            code: kind.code,
            name: kind.name_zh,
            name_en: kind.name_en,
        }
    }
}

/// Every kind of check point.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointKindsOut {
    /// In the order of their codes.
    items: Vec<PointKindOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

impl From<Vec<CheckPointKind>> for PointKindsOut {
    fn from(kinds: Vec<CheckPointKind>) -> Self {
        Self {
            items: kinds.into_iter().map(PointKindOut::from).collect(),
            next_cursor: None,
        }
    }
}
