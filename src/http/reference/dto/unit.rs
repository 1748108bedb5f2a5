//! Responsible units.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::text::Text;
use crate::domain::unit::{Unit, UnknownUnitKind};
use crate::services::error::Code;
use crate::services::{Error, reference};

/// Which units.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitsQuery {
    /// Serving the district with this code.
    district: Option<String>,
    /// `city`, `district_office`, `department`, `street` or `other`.
    kind: Option<String>,
}

impl TryFrom<UnitsQuery> for reference::UnitsQuery {
    type Error = Error;

    fn try_from(query: UnitsQuery) -> Result<Self, Error> {
        let kind = query.kind.as_deref().map(str::parse).transpose();
        Ok(Self {
            district: query.district,
            kind: kind.map_err(|error: UnknownUnitKind| {
                let text = Text::new(
                    format!("kind：没有“{}”这类单位", error.0),
                    error.to_string(),
                );
                Error::with_detail(Code::InvalidQuery, text)
            })?,
        })
    }
}

/// A responsible unit (责任单位).
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitOut {
    /// Id.
    id: Uuid,
    /// Code.
    #[schema(example = "371602-sanitation")]
    code: String,
    /// Name in Chinese.
    name: String,
    /// Name in English; may be empty.
    name_en: String,
    /// `city`, `district_office`, `department`, `street` or `other`.
    #[schema(example = "department")]
    kind: &'static str,
    /// The unit above it.
    parent_id: Option<Uuid>,
    /// Ids from the root of the tree down to the unit itself.
    lineage: Vec<Uuid>,
    /// Code of the district it serves (属地); null for the whole city.
    district: Option<String>,
    /// Its subject (属事), the word of `lead_subject` in the catalogue.
    #[schema(example = "sanitation")]
    subject: Option<String>,
    /// When it ceased to be; null while it works.
    valid_until: Option<Timestamp>,
}

impl From<Unit> for UnitOut {
    fn from(unit: Unit) -> Self {
        Self {
            id: unit.id,
            code: unit.code,
            name: unit.name_zh,
            name_en: unit.name_en,
            kind: unit.kind.as_str(),
            parent_id: unit.parent_id,
            lineage: unit.lineage,
            district: unit.district_code,
            subject: unit.subject,
            valid_until: unit.valid_until,
        }
    }
}

/// The units that work.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitsOut {
    /// As a tree: each followed by the units below it.
    items: Vec<UnitOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

impl From<Vec<Unit>> for UnitsOut {
    fn from(units: Vec<Unit>) -> Self {
        Self {
            items: units.into_iter().map(UnitOut::from).collect(),
            next_cursor: None,
        }
    }
}
